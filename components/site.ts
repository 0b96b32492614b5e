import path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
	type CloudConfig,
	type EksConfig,
	type GkeConfig,
	type KubeconfigReference,
	type StackConfig,
	type StorageConfig,
	UserError,
} from "../objectives/index.ts";
import { EksCluster } from "./sites/eks.ts";
import { existingCluster } from "./sites/existing.ts";
import { GkeCluster } from "./sites/gke.ts";
import { type LocalSite, readLocalSite } from "./sites/local.ts";
import { declareClasses } from "./storage/classes.ts";
import { FarCopies } from "./storage/farCopies.ts";

/** What a site is reached by. */
export interface SiteArgs {
	readonly name: string;
	readonly region: string;
	/** Failure zones; three or more for a critical database. */
	readonly zones: readonly string[];
	/**
	 * `local`: the site that `npm run up` makes on this machine. `existing`: the cluster of `kubernetes:context`,
	 * `kubernetes:kubeconfig`, or whatever kubectl would use. With either of those two settings, `local` means that one.
	 * `eks`, `gke`: one that is made here, across the zones.
	 */
	readonly cluster: "local" | "existing" | "eks" | "gke";
	/** How it is made; `eks` and `gke` need theirs. */
	readonly eks?: EksConfig | undefined;
	readonly gke?: GkeConfig | undefined;
	/** Where snapshots go that outlive the region, if the storage says that they do. */
	readonly cloud?: CloudConfig | undefined;
	/** The project of a GKE cluster that names none. */
	readonly project?: string | undefined;
	/** The stack that has the kubeconfig of an existing cluster. */
	readonly kubeconfigFrom?: KubeconfigReference | undefined;
	/** Default: the local site's class, or the cluster's default one. */
	readonly storageClass?: string | undefined;
	/** Default: the local site's class; without one volumes are not snapshot. */
	readonly snapshotClass?: string | undefined;
	/** What the volumes lie on, where the classes are to be declared here. */
	readonly storage?: StorageConfig | undefined;
}

/** What a site is declared from, out of the whole configuration. Pure. */
export function siteArgs({ site, cloud, madeStores }: StackConfig): SiteArgs {
	return { ...site, cloud, project: madeStores?.gcp?.project };
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
	/** Of volumes that are made to be thrown away, where a profile or the local site has one. */
	readonly scratchClass: string | undefined;
	/** Class of volume snapshots. */
	readonly snapshotClass: string | undefined;
	/** The runtime image that the local site has built and loaded; other sites are told one. */
	readonly runtimeImage: string | undefined;
	/** The buckets that the local site brings; others are configured. */
	readonly stores: LocalSite["stores"];
	/** The cluster that was made here. */
	readonly made: EksCluster | GkeCluster | undefined;

	/** @throws UserError when a local site is asked for and not up, or has other zones than declared. */
	constructor(name: string, args: SiteArgs, kubernetes: KubernetesConfig, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:Site", name, args, opts);
		const local = localSite(args, kubernetes);
		if (local && args.storage) throw ownStorage(args.storage);

		this.made = declareCluster(name, args, this);
		const reached =
			this.made ??
			(local ? { kubeconfig: local.kubeconfig } : existingCluster(name, args.kubeconfigFrom, kubernetes, this));
		const after = { parent: this, dependsOn: [...(this.made?.ready ?? [])] };
		this.provider = declareProvider(name, reached, local?.name ?? args.name, after);
		const { provider } = this;
		const classes = args.storage && declareStorage(name, args, { parent: this, provider });
		this.storageClass = classes?.storageClass ?? args.storageClass ?? local?.storageClass;
		this.scratchClass = classes?.scratchClass ?? local?.scratchClass;
		this.snapshotClass = classes?.snapshotClass ?? args.snapshotClass ?? local?.snapshotClass;
		this.runtimeImage = local?.images.runtime;
		this.stores = local?.stores ?? [];

		this.registerOutputs({ storageClass: this.storageClass });
	}
}

function declareStorage(
	name: string,
	args: SiteArgs,
	opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
) {
	const { storage, cloud, region } = args;
	if (!storage) return undefined;
	const far = storage.farSnapshots && cloud ? { region: cloud.regions[1], tag: args.name } : undefined;
	if (far && cloud?.provider === "aws")
		new FarCopies(name, { near: region, far: far.region, tag: far.tag }, { parent: opts.parent });
	return declareClasses(name, args.name, { storage, far }, opts);
}

function ownStorage({ profile: value }: StorageConfig): UserError {
	const wrong = `"${value}" is asked for, and the local site has a storage of its own`;
	return new UserError({ field: "site.storage", value, wrong, remedy: "leave it out" });
}

function declareCluster(name: string, args: SiteArgs, parent: pulumi.Resource): EksCluster | GkeCluster | undefined {
	const { region, zones, eks, gke } = args;
	if (args.cluster === "eks" && eks)
		return new EksCluster(name, { ...eks, region, zones, name: eks.name ?? args.name }, { parent });
	const project = gke?.project ?? args.project;
	if (args.cluster === "gke" && gke && project)
		return new GkeCluster(name, { ...gke, region, zones, project, name: gke.name ?? args.name }, { parent });
	return undefined;
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
	opts: pulumi.CustomResourceOptions,
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
		opts,
	);
}
