/** What is wrong with the settings of the site's cluster although each alone is well formed. */
import { clusterKinds } from "./cloud.ts";
import { UserError } from "./error.ts";
import type { ReadableConfig, SiteConfig } from "./stack.ts";

export function checkCluster(config: ReadableConfig): UserError[] {
	const { site } = config;
	if (!site) return [];
	const given: string = site.cluster;
	if (given === "local" || given === "existing") return checkGiven(config);
	return [...checkCloud(config, given), ...checkReference(site), ...checkSettings(config)];
}

/** Whose pods are to be known by Pod Identity must be said where the stack has not made the cluster. */
function checkGiven({ cloud, madeStores }: ReadableConfig): UserError[] {
	if (cloud?.provider !== "aws" || !madeStores?.aws || madeStores.aws.cluster !== undefined) return [];
	const remedy = "write the EKS cluster's name: its pods are given the rights to the stores";
	return [new UserError({ field: "stores.aws.cluster", value: undefined, wrong: "is missing", remedy })];
}

function checkCloud({ cloud }: ReadableConfig, cluster: string): UserError[] {
	const field = "site.cluster";
	if (!cloud) {
		const remedy = 'set cloud and regions, or write "existing"';
		return [new UserError({ field, value: cluster, wrong: `"${cluster}" is to be made, and no cloud is set`, remedy })];
	}
	const kind = clusterKinds[cloud.provider];
	if (cluster === kind) return [];
	const wrong = `"${cluster}" is of another cloud than ${cloud.provider}`;
	return [
		new UserError({ field, value: cluster, wrong, remedy: `write "${kind}", or "made" for whichever cloud is set` }),
	];
}

function checkReference({ kubeconfigFrom, cluster }: SiteConfig): UserError[] {
	if (!kubeconfigFrom) return [];
	const wrong = `names a stack, and the cluster is made by this one (${cluster})`;
	const remedy = 'leave it out, or set site.cluster to "existing"';
	return [new UserError({ field: "site.kubeconfigFrom", value: kubeconfigFrom.stack, wrong, remedy })];
}

function checkSettings(config: ReadableConfig): UserError[] {
	const kind = config.cloud && clusterKinds[config.cloud.provider];
	if (kind !== config.site?.cluster) return [];
	return kind === "eks" ? checkEks(config) : checkGke(config);
}

function missing(kind: "eks" | "gke"): UserError {
	const remedy = `write site.${kind}: { reachableFrom: [203.0.113.0/24] }, with your own addresses`;
	return new UserError({ field: `site.${kind}`, value: undefined, wrong: "is missing", remedy });
}

function checkEks({ site, madeStores }: ReadableConfig): UserError[] {
	if (!site?.eks) return [missing("eks")];
	const { cluster, oidcProvider } = madeStores?.aws ?? {};
	const { subnets, name = site.name } = site.eks;
	return [
		...(subnets && subnets.length !== site.zones.length
			? [
					new UserError({
						field: "site.eks.subnets",
						value: subnets.length,
						wrong: `${subnets.length} are listed, and ${site.zones.length} zones`,
						remedy: `list one for each zone, in the order of ${site.zones.join(", ")}`,
					}),
				]
			: []),
		...(cluster !== undefined && cluster !== name
			? [
					new UserError({
						field: "stores.aws.cluster",
						value: cluster,
						wrong: `"${cluster}" is another cluster than "${name}", which the stack makes`,
						remedy: `leave it out, or set site.eks.name to "${cluster}"`,
					}),
				]
			: []),
		...(oidcProvider !== undefined
			? [
					new UserError({
						field: "stores.aws.oidcProvider",
						value: oidcProvider,
						wrong: "is of a cluster that exists, and the stack makes one",
						remedy: "leave it out: pods of a cluster that is made are known by Pod Identity",
					}),
				]
			: []),
	];
}

function checkGke({ site, madeStores }: ReadableConfig): UserError[] {
	if (!site?.gke) return [missing("gke")];
	if (site.gke.project !== undefined || madeStores?.gcp) return [];
	const remedy = "write the project's ID: the cluster is made in it";
	return [new UserError({ field: "site.gke.project", value: undefined, wrong: "is missing", remedy })];
}
