/** The clouds that a stack can be made in: their regions, in pairs that do not fail together, and the zones of each. Pure. */
import { shown, UserError } from "./error.ts";
import { suggestion } from "./names.ts";

export const clouds = ["aws", "gcp"] as const;
export type Cloud = (typeof clouds)[number];

/** The site's region, and one that survives it. */
export type RegionPair = readonly [near: string, far: string];

/** A cloud with the two regions that a stack lives in. */
export interface CloudConfig {
	readonly provider: Cloud;
	readonly regions: RegionPair;
}

/**
 * Pairs by the name of a part of the world, so that the cloud alone can be changed. Within one jurisdiction, some hundred
 * kilometres apart, and both with three zones. In ap-southeast-4 (Melbourne) an account may do nothing before its owner has
 * enabled the region; all others are there from the beginning.
 */
export const areas: Readonly<Record<string, Readonly<Record<Cloud, RegionPair>>>> = {
	europe: { aws: ["eu-central-1", "eu-west-1"], gcp: ["europe-west3", "europe-west4"] },
	us: { aws: ["us-east-1", "us-west-2"], gcp: ["us-east4", "us-west1"] },
	japan: { aws: ["ap-northeast-1", "ap-northeast-3"], gcp: ["asia-northeast1", "asia-northeast2"] },
	australia: { aws: ["ap-southeast-2", "ap-southeast-4"], gcp: ["australia-southeast1", "australia-southeast2"] },
};

/** How each cloud writes its regions. */
const regionNames: Readonly<Record<Cloud, RegExp>> = {
	aws: /^[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d$/,
	gcp: /^[a-z]+-[a-z]+\d+$/,
};

/** Regions whose zones are not called a, b and c. */
const zoneLetters: Readonly<Record<string, string>> = {
	"ap-northeast-1": "acd",
	"ca-central-1": "abd",
	"europe-west1": "bcd",
	"us-east1": "bcd",
};

/** What a cloud's volumes lie on, where nobody says another. */
export const storageProfiles = { aws: "ebs", gcp: "gkePd" } as const satisfies Record<Cloud, string>;

/** What a cluster is called that is made in a cloud. */
export const clusterKinds = { aws: "eks", gcp: "gke" } as const satisfies Record<Cloud, string>;

/**
 * Google's multi-region that both lie in, as Cloud Storage and Cloud KMS call it: a bucket in two regions is of one, and its
 * key is there. Null where there is none.
 */
export function multiRegionOf(regions: RegionPair): { readonly bucket: string; readonly key: string } | null {
	const [near, far] = regions.map((region) => region.split("-")[0] ?? "");
	return near === far && near !== undefined && Object.hasOwn(multiRegions, near) ? (multiRegions[near] ?? null) : null;
}

const multiRegions: Readonly<Record<string, { readonly bucket: string; readonly key: string }>> = {
	europe: { bucket: "EU", key: "europe" },
	us: { bucket: "US", key: "us" },
	asia: { bucket: "ASIA", key: "asia" },
};

/** Three zones of a region, as its nodes' labels say them. */
export function zonesOf(cloud: Cloud, region: string): readonly string[] {
	const between = cloud === "aws" ? "" : "-";
	return [...(zoneLetters[region] ?? "abc")].map((letter) => `${region}${between}${letter}`);
}

/**
 * Reads `regions`.
 * @param given an area's name, or a list of two regions
 * @throws UserError
 */
export function regionPair(cloud: Cloud, given: unknown): RegionPair {
	const area = typeof given === "string" && Object.hasOwn(areas, given) ? areas[given] : undefined;
	if (area) return area[cloud];
	if (!Array.isArray(given)) throw refused(cloud, given);
	const wrong = given.findIndex((region) => typeof region !== "string" || !regionNames[cloud].test(region));
	if (wrong >= 0) throw noRegion(cloud, given[wrong], wrong);
	if (given.length !== 2) {
		const remedy = "write two: the site's, and one that survives it";
		throw new UserError({ field: "regions", value: given, wrong: `${shown(given)} is no pair`, remedy });
	}
	if (given[0] === given[1]) {
		const wrong = `"${given[1]}" is named twice (see regions[0])`;
		throw new UserError({
			field: "regions[1]",
			value: given[1],
			wrong,
			remedy: "one lost region must leave the other",
		});
	}
	return [given[0], given[1]];
}

function refused(cloud: Cloud, given: unknown): UserError {
	const known = Object.keys(areas);
	const [near, far] = (areas.europe as (typeof areas)[string])[cloud];
	const area = typeof given === "string" ? suggestion(given, known) : `write one of ${known.join(", ")}`;
	return new UserError({
		field: "regions",
		value: given,
		wrong: given === undefined ? "is missing" : `${shown(given)} is no area`,
		remedy: `${area}; or list two regions, such as [${near}, ${far}]`,
	});
}

function noRegion(cloud: Cloud, region: unknown, index: number): UserError {
	const other = clouds.find((one) => one !== cloud && typeof region === "string" && regionNames[one].test(region));
	return new UserError({
		field: `regions[${index}]`,
		value: region,
		wrong: `${shown(region)} is no region of ${cloud}`,
		remedy: other
			? `write one of ${cloud}'s, or set cloud to ${other}`
			: `write one such as ${areas.europe?.[cloud][0]}`,
	});
}
