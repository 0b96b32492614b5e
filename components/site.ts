import path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../objectives/index.ts";
import { type LocalSite, readLocalSite } from "./sites/local.ts";

/** What a site is reached by. */
export interface SiteArgs {
	readonly name: string;
	readonly region: string;
	/** Failure zones; three or more for a critical database. */
	readonly zones: readonly string[];
	/**
	 * `local`: the site that `npm run up` makes on this machine. `existing`: the cluster of `kubernetes:context`,
	 * `kubernetes:kubeconfig`, or whatever kubectl would use. With either of those two settings, `local` means that one.
	 */
	readonly cluster: "local" | "existing";
	/** Default: the local site's class, or the cluster's default one. */
	readonly storageClass?: string | undefined;
}

/** The configuration of the namespace `kubernetes`, as the provider itself would read it. */
export interface KubernetesConfig {
	readonly context?: string | undefined;
	/** A path or the contents; may be a secret, and stays one. */
	readonly kubeconfig?: pulumi.Input<string> | undefined;
}

/** One Kubernetes cluster in one region, and the provider by which everything in it is declared. */
export class Site extends pulumi.ComponentResource {
	readonly provider: k8s.Provider;
	readonly storageClass: string | undefined;
	/** The runtime image that the local site has built and loaded; other sites are told one. */
	readonly runtimeImage: string | undefined;
	/** The buckets that the local site brings; others are configured. */
	readonly stores: LocalSite["stores"];

	/** @throws UserError when a local site is asked for and not up, or has other zones than declared. */
	constructor(name: string, args: SiteArgs, kubernetes: KubernetesConfig, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:Site", name, args, opts);
		const local = localSite(args, kubernetes);

		this.provider = declareProvider(
			name,
			local ? { kubeconfig: local.kubeconfig } : kubernetes,
			local?.name ?? args.name,
			this,
		);
		this.storageClass = args.storageClass ?? local?.storageClass;
		this.runtimeImage = local?.images.runtime;
		this.stores = local?.stores ?? [];

		this.registerOutputs({ storageClass: this.storageClass });
	}
}

function localSite(args: SiteArgs, kubernetes: KubernetesConfig): LocalSite | undefined {
	if (args.cluster !== "local" || kubernetes.context || kubernetes.kubeconfig) return undefined;
	const root = path.join(import.meta.dirname, "..");
	const local = readLocalSite(process.env.MYSQL_DR_SITE || args.name, root);
	const missing = args.zones.find((zone) => !local.zones.includes(zone));
	if (missing === undefined) return local;
	throw new UserError({
		field: "site.zones",
		value: missing,
		wrong: `the local site "${local.name}" has no zone "${missing}"`,
		remedy: `its zones are ${local.zones.join(", ")}`,
	});
}

/**
 * The cluster's identity is the site's name: a site that was restarted, or a kubeconfig that moved, is still the same
 * cluster, and nothing in it is replaced.
 */
function declareProvider(
	name: string,
	{ context, kubeconfig }: KubernetesConfig,
	clusterIdentifier: string,
	parent: pulumi.Resource,
) {
	return new k8s.Provider(
		name,
		{
			clusterIdentifier,
			// Otherwise a changed ConfigMap is replaced, and what mounts it waits in vain meanwhile.
			enableConfigMapMutable: true,
			...(context ? { context } : {}),
			...(kubeconfig ? { kubeconfig } : {}),
		},
		{ parent },
	);
}
