/** What is wrong with the cloud's settings although each alone is well formed. */
import { type Cloud, multiRegionOf, storageProfiles as profiles, type RegionPair } from "./cloud.ts";
import { turboReplication } from "./defaults.ts";
import { formatDuration } from "./duration.ts";
import { UserError } from "./error.ts";
import type { ReadableConfig } from "./stack.ts";

export function checkCloud(config: ReadableConfig): UserError[] {
	return [...checkSite(config), ...checkProfile(config), ...checkMade(config)];
}

function checkSite({ cloud, site }: ReadableConfig): UserError[] {
	if (!cloud || !site) return [];
	const { provider, regions } = cloud;
	if (site.cluster === "local") {
		const wrong = `"${provider}" is set, and the site is local`;
		const remedy = 'leave it out: a local site brings its own stores; or set site.cluster to "existing"';
		return [new UserError({ field: "cloud", value: provider, wrong, remedy })];
	}
	if (site.region === regions[0]) return [];
	const wrong = `"${site.region}" is not "${regions[0]}", the first of regions`;
	return [new UserError({ field: "site.region", value: site.region, wrong, remedy: "leave it out, or put it first" })];
}

function checkProfile({ cloud, site }: ReadableConfig): UserError[] {
	const profile = site?.storage?.profile;
	if (!cloud || profile === undefined || profile === "csi" || profile === profiles[cloud.provider]) return [];
	const wrong = `"${profile}" is of another cloud than ${cloud.provider}`;
	const remedy = `leave site.storage out, or set "${profiles[cloud.provider]}"`;
	return [new UserError({ field: "site.storage.profile", value: profile, wrong, remedy })];
}

function checkMade({ cloud, madeStores, databases }: ReadableConfig): UserError[] {
	if (!madeStores) return [];
	if (!cloud) {
		const wrong = "are to be made, and no cloud is set to make them in";
		const remedy = "set cloud and regions, or list stores that exist, each with name, region, kind and bucket";
		return [new UserError({ field: "stores", value: undefined, wrong, remedy })];
	}
	if (!madeStores[cloud.provider]) return [missing(cloud.provider)];
	return dualRegionFaults({ cloud, madeStores, databases });
}

/** Whether the stores are to be one bucket in both regions. */
export const dualRegion = ({ cloud, madeStores }: ReadableConfig): boolean =>
	cloud?.provider === "gcp" && madeStores?.gcp?.dualRegion === true;

/** Why one bucket in both regions will not do. */
export function dualRegionFaults(config: ReadableConfig): UserError[] {
	const { cloud } = config;
	if (!cloud || !dualRegion(config)) return [];
	return [...(multiRegionOf(cloud.regions) ? [] : [apart(cloud.regions)]), ...tooLate(config)];
}

function apart(regions: RegionPair): UserError {
	const wrong = `${regions.join(" and ")} are in no multi-region together`;
	const remedy = "leave it out: two buckets may be anywhere; or take both regions out of europe, us or asia";
	return new UserError({ field: "stores.gcp.dualRegion", value: true, wrong, remedy });
}

/** Databases that promise to lose less with a region than a bucket in two regions may be late. */
function tooLate(config: ReadableConfig): UserError[] {
	return (config.databases ?? []).flatMap((database) => {
		const promised = database?.objectives.scenarios.region.rpo;
		if (promised === undefined || promised > turboReplication) return [];
		const late = `turbo replication promises ${formatDuration(turboReplication)}`;
		const wrong = `${late}, and database "${database?.name}" to lose ${formatDuration(promised)} at most with a region`;
		const remedy = "leave it out: two buckets are written to at once; or promise more in scenarios.region.rpo";
		return [new UserError({ field: "stores.gcp.dualRegion", value: true, wrong, remedy })];
	});
}

function missing(provider: Cloud): UserError {
	const remedy = provider === "aws" ? "write stores.aws: { cluster: … }" : "write stores.gcp: { project: … }";
	return new UserError({ field: `stores.${provider}`, value: undefined, wrong: "is missing", remedy });
}
