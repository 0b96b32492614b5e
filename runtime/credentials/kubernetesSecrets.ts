/** A SecretStore over the Kubernetes API. */
import { ApiException, type CoreV1Api, type V1Secret } from "@kubernetes/client-node";
import { ConflictError, type SecretData, type SecretStore, type StoredSecret } from "./secretStore.ts";

export interface SecretScope {
	readonly namespace: string;
	/** Put on Secrets that are made here. */
	readonly labels: Readonly<Record<string, string>>;
}

export function kubernetesSecrets(core: CoreV1Api, scope: SecretScope): SecretStore {
	const { namespace } = scope;
	return {
		async get(name) {
			try {
				return stored(await core.readNamespacedSecret({ name, namespace }));
			} catch (error) {
				if (codeOf(error) === 404) return undefined;
				throw error;
			}
		},
		create: (name, data) => conflicts(name, core.createNamespacedSecret({ namespace, body: body(scope, name, data) })),
		update: (name, data, resourceVersion) => conflicts(name, update(core, scope, name, { data, resourceVersion })),
	};
}

/** Keeps labels and annotations that others have put on the Secret. */
async function update(
	core: CoreV1Api,
	{ namespace }: SecretScope,
	name: string,
	{ data, resourceVersion }: StoredSecret,
): Promise<V1Secret> {
	const current = await core.readNamespacedSecret({ name, namespace });
	const metadata = { ...current.metadata, resourceVersion };
	return core.replaceNamespacedSecret({
		name,
		namespace,
		body: { ...current, metadata, data: encoded(data) },
	});
}

function body({ namespace, labels }: SecretScope, name: string, data: SecretData): V1Secret {
	return {
		apiVersion: "v1",
		kind: "Secret",
		metadata: { name, namespace, labels: { ...labels } },
		type: "Opaque",
		data: encoded(data),
	};
}

async function conflicts(name: string, call: Promise<V1Secret>): Promise<StoredSecret> {
	try {
		return stored(await call);
	} catch (cause) {
		if (codeOf(cause) !== 409) throw cause;
		throw new ConflictError(`secret ${name} was changed by somebody else`, { cause });
	}
}

function codeOf(error: unknown): number | undefined {
	return error instanceof ApiException ? error.code : undefined;
}

function stored(secret: V1Secret): StoredSecret {
	const entries = Object.entries(secret.data ?? {});
	return {
		data: Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")])),
		resourceVersion: secret.metadata?.resourceVersion ?? "",
	};
}

function encoded(data: SecretData): Record<string, string> {
	return Object.fromEntries(
		Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "utf8").toString("base64")]),
	);
}
