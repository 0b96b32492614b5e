/** The keys of the site's stores as Secrets beside each database: written here, since Pulumi's state must not hold them. */
import { readFile } from "node:fs/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { SiteDescription } from "../site/site.ts";

/** Makes `mysql-store-<name>` in each namespace, or brings it up to date. The namespaces exist already. */
export async function writeStoreKeys(
	{ kubeconfig, stores }: Pick<SiteDescription, "kubeconfig" | "stores">,
	namespaces: readonly string[],
): Promise<void> {
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	const core = config.makeApiClient(CoreV1Api);
	for (const { name: store, credentialsFile } of stores) {
		const stringData = JSON.parse(await readFile(credentialsFile, "utf8")) as Record<string, string>;
		for (const namespace of namespaces) await write(core, { namespace, name: `mysql-store-${store}`, stringData });
	}
}

interface Keys {
	readonly namespace: string;
	readonly name: string;
	readonly stringData: Record<string, string>;
}

async function write(core: CoreV1Api, { namespace, name, stringData }: Keys): Promise<void> {
	const body = { metadata: { name, namespace, labels: { "app.kubernetes.io/part-of": "mysql-dr" } }, stringData };
	try {
		await core.createNamespacedSecret({ namespace, body });
	} catch (error) {
		if ((error as { code?: number }).code !== 409) throw error;
		await core.replaceNamespacedSecret({ name, namespace, body });
	}
}
