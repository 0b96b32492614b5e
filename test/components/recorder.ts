/** Runs a program against a monitor of our own that records what setMocks hides: parents, options, hooks. */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings.js";
import { functionAnswer } from "../doubles/answers.ts";

/** Inputs are looked into by tests that know what they look for. */
// biome-ignore lint/suspicious/noExplicitAny: the shapes of all kinds of Kubernetes objects
export type Inputs = Record<string, any>;

/** One resource as it was registered. */
export interface Registered {
	readonly type: string;
	readonly name: string;
	/** Type chain and name, without stack and project: `a$b::name`. */
	readonly parent: string;
	readonly custom: boolean;
	readonly inputs: Inputs;
	readonly protect: boolean;
	readonly retainOnDelete: boolean;
	readonly ignoreChanges: readonly string[];
	readonly dependsOn: readonly string[];
	/** The provider's name. */
	readonly provider: string;
	readonly beforeUpdate: readonly string[];
}

/** A hook as it was registered. */
export interface RegisteredHook {
	readonly name: string;
	readonly onDryRun: boolean;
}

/** What a program declared. */
export interface Recording {
	readonly resources: readonly Registered[];
	readonly hooks: readonly RegisteredHook[];
	/** All of one type, by the end of its token: `StatefulSet`. */
	all(kind: string): Registered[];
	/** The only one of this kind, or the one with this Kubernetes name; throws if there is not exactly one. */
	one(kind: string, objectName?: string): Registered;
}

/** The engine's messages, as far as they are read here; the SDK declares no types for them. */
interface RegisterRequest {
	getType(): string;
	getName(): string;
	getParent(): string;
	getCustom(): boolean;
	getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
	getProtect(): boolean;
	getRetainondelete(): boolean;
	getIgnorechangesList(): string[];
	getDependenciesList(): string[];
	getProvider(): string;
	getHooks(): { getBeforeUpdateList(): string[] } | undefined;
}

class RecordingMonitor extends MockMonitor {
	readonly registered: Registered[] = [];
	readonly hooks: RegisteredHook[] = [];

	override async registerResource(req: RegisterRequest, callback: Parameters<MockMonitor["registerResource"]>[1]) {
		this.registered.push({
			type: req.getType(),
			name: req.getName(),
			parent: req.getParent().split("::").slice(2).join("::"),
			custom: req.getCustom(),
			inputs: (req.getObject()?.toJavaScript() ?? {}) as Inputs,
			protect: req.getProtect(),
			retainOnDelete: req.getRetainondelete(),
			ignoreChanges: req.getIgnorechangesList(),
			dependsOn: req.getDependenciesList().map((urn) => urn.split("::").slice(2).join("::")),
			provider: req.getProvider().split("::").at(-2) ?? "",
			beforeUpdate: req.getHooks()?.getBeforeUpdateList() ?? [],
		});
		return super.registerResource(req, callback);
	}

	registerResourceHook(req: { getName(): string; getOnDryRun(): boolean }, callback: (e: unknown, r: object) => void) {
		this.hooks.push({ name: req.getName(), onDryRun: req.getOnDryRun() });
		callback(null, {});
	}
}

/** Runs `program` and gives what it declared, after every registration has been answered. */
export async function record(program: () => void): Promise<Recording> {
	const mocks = {
		newResource: ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => ({
			id: `${name}-id`,
			state: { ...computed(type, name, inputs), ...inputs },
		}),
		call: ({ token, inputs }: pulumi.runtime.MockCallArgs) => functionAnswer(token, inputs) ?? inputs,
	};
	const monitor = new RecordingMonitor(mocks);
	await pulumi.runtime.setMocks(mocks, "mysql-dr", "test");
	setMockOptions(monitor, "mysql-dr", "test", false);
	await pulumi.runtime.runInPulumiStack(async () => program());
	await pulumi.runtime.disconnect();
	return recording(monitor);
}

/** What clouds and others give to what they make, as far as others are told it. */
function computed(type: string, name: string, inputs: Inputs): Inputs {
	if (type === "pulumi:pulumi:StackReference") return { outputs: { kubeconfig: `kubeconfig-of-${inputs.name}` } };
	if (type.endsWith("/cluster:Cluster")) return { ...madeCluster, arn: `arn-of-${name}` };
	if (type === "aws:iam/role:Role") return { name, arn: `arn:aws:iam::111122223333:role${inputs.path ?? "/"}${name}` };
	if (/^aws:kms\/(key|replicaKey):/.test(type))
		return { arn: `arn:aws:kms:${inputs.region}:111122223333:key/mrk-${name}`, keyId: `mrk-${name}` };
	if (type.endsWith(":IAMCustomRole")) return { name: `projects/${inputs.project}/roles/${inputs.roleId}` };
	if (type === "gcp:serviceaccount/account:Account")
		return { email: `${name}@example.com`, member: `serviceAccount:${name}@example.com`, name };
	if (/^(aws|gcp):/.test(type)) return { arn: `arn-of-${name}`, email: `${name}@example.com` };
	return type === "kubernetes:core/v1:Service" ? balanced(name) : {};
}

const madeCluster = {
	endpoint: "https://cluster.example.com",
	certificateAuthority: { data: "Q0E=" },
	masterAuth: { clusterCaCertificate: "Q0E=" },
};

const balanced = (name: string) => ({ status: { loadBalancer: { ingress: [{ hostname: `balancer-of-${name}` }] } } });

function recording({ registered: resources, hooks }: RecordingMonitor): Recording {
	const all = (kind: string) => resources.filter(({ type }) => type.endsWith(`:${kind}`));
	return {
		resources,
		hooks,
		all,
		one(kind, objectName) {
			const found = all(kind).filter(({ inputs }) => !objectName || inputs.metadata?.name === objectName);
			const [only] = found;
			if (!only || found.length > 1) throw new Error(`${found.length} of ${kind} ${objectName ?? ""}`);
			return only;
		},
	};
}
