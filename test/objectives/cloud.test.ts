import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { areas, clouds, regionPair, zonesOf } from "../../objectives/cloud.ts";
import { forecast, parseConfig, plan, siteFacts, UserError } from "../../objectives/index.ts";

/** A stack that makes its stores, with what a test wants different. */
function made(different: Record<string, unknown> = {}) {
	return {
		cloud: "aws",
		regions: "europe",
		site: { name: "prod" },
		databases: [{ name: "mysql", tier: "critical", volume: "10Gi" }],
		stores: { bucket: "company-mysql-dr", aws: { cluster: "prod" }, gcp: { project: "company-prod" } },
		contacts: [{ role: "Primary DBA", name: "John Doe", phone: "+1-555-0101" }],
		images: { runtime: "registry.example.com/runtime:1" },
		...different,
	};
}

function problems(different: Record<string, unknown>): readonly string[] {
	try {
		parseConfig(made(different));
		return [];
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return error.problems.map(({ message }) => message);
	}
}

const reach = { reachableFrom: ["203.0.113.0/24"] };
const named = {
	...{ name: "mysql", tier: "critical", volume: "10Gi" },
	dns: { host: "mysql.company.com", aws: { zone: "Z0123456789ABCDEFGHIJ" } },
};
const dual = {
	...{ cloud: "gcp", databases: [{ name: "mysql", tier: "standard", volume: "10Gi" }] },
	stores: { bucket: "company-mysql-dr", gcp: { project: "company-prod", dualRegion: true } },
};

describe("one line", () => {
	test("makes the cluster, in whichever cloud", () => {
		const site = { name: "prod", cluster: "made", eks: reach, gke: reach };
		const [aws, gcp] = clouds.map((cloud) => parseConfig(made({ cloud, site })).site);
		expect([aws?.cluster, gcp?.cluster]).toEqual(["eks", "gke"]);
	});

	test("makes it one bucket in both regions, and the forecast of a lost region counts what it is late", () => {
		const config = parseConfig(made(dual));
		expect(config.stores).toMatchObject([
			{ name: "both", region: "europe-west3", alsoIn: "europe-west4", bucket: "company-mysql-dr-dual" },
		]);
		const [database] = config.databases;
		if (!database) throw new Error("there is one");
		const site = siteFacts(config, database);
		const { rpo } = forecast(plan(database.objectives, site), site).region;
		expect(rpo.terms).toContainEqual(expect.objectContaining({ name: "bucket replication lag", seconds: 900 }));
	});

	test("makes it another cloud: site, storage and stores follow", () => {
		const [aws, gcp] = clouds.map((cloud) => parseConfig(made({ cloud })));
		expect(aws).toMatchObject({
			site: { region: "eu-central-1", zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"] },
			stores: [
				{ name: "near", region: "eu-central-1", kind: "s3", bucket: "company-mysql-dr-eu-central-1" },
				{ name: "far", region: "eu-west-1", kind: "s3", bucket: "company-mysql-dr-eu-west-1" },
			],
		});
		expect(aws?.site.storage).toEqual({ profile: "ebs" });
		expect(gcp).toMatchObject({
			site: { region: "europe-west3", zones: ["europe-west3-a", "europe-west3-b", "europe-west3-c"] },
			stores: [
				{ kind: "gcs", bucket: "company-mysql-dr-europe-west3" },
				{ kind: "gcs", bucket: "company-mysql-dr-europe-west4" },
			],
		});
		expect(gcp?.site.storage).toEqual({ profile: "gkePd" });
	});

	test("makes it other regions", () => {
		const { site, stores } = parseConfig(made({ regions: ["us-east-1", "us-west-2"] }));
		expect(site.region).toBe("us-east-1");
		expect(stores.map(({ region }) => region)).toEqual(["us-east-1", "us-west-2"]);
	});

	test("makes it another tier: locks end when that tier's archive does", () => {
		const lockOf = (tier: string) =>
			parseConfig(made({ databases: [{ name: "mysql", tier, volume: "10Gi" }] })).stores.map((one) => one.objectLock);
		expect(lockOf("critical")).toEqual(Array(2).fill({ mode: "governance", days: 35 }));
		expect(lockOf("standard")).toEqual(Array(2).fill({ mode: "governance", days: 14 }));
	});
});

test("what is written about the site wins over what follows from the cloud", () => {
	const { site } = parseConfig(made({ site: { name: "prod", zones: ["x", "y", "z"], storageClass: "gp3" } }));
	expect(site).toMatchObject({ zones: ["x", "y", "z"], storageClass: "gp3" });
	expect(site.storage).toBeUndefined();
});

describe("refused is", () => {
	test.each<[string, Record<string, unknown>, string]>([
		["a cloud that nobody knows", { cloud: "azure" }, 'cloud: "azure" is unknown; write the cloud: aws, gcp'],
		[
			"a cloud without regions",
			{ regions: undefined },
			"regions: is missing; write one of europe, us, japan, australia; or list two regions, such as [eu-central-1, eu-west-1]",
		],
		[
			"an area that nobody knows",
			{ regions: "europa" },
			'regions: "europa" is no area; did you mean "europe"?; or list two regions, such as [eu-central-1, eu-west-1]',
		],
		[
			"one region for both stores",
			{ regions: ["eu-central-1", "eu-central-1"] },
			'regions[1]: "eu-central-1" is named twice (see regions[0]); one lost region must leave the other',
		],
		[
			"a single region",
			{ regions: ["eu-central-1"] },
			'regions: ["eu-central-1"] is no pair; write two: the site\'s, and one that survives it',
		],
		[
			"the other cloud's region",
			{ regions: ["eu-central-1", "europe-west4"] },
			'regions[1]: "europe-west4" is no region of aws; write one of aws\'s, or set cloud to gcp',
		],
		[
			"a site elsewhere",
			{ site: { name: "prod", region: "eu-west-1" } },
			'site.region: "eu-west-1" is not "eu-central-1", the first of regions; leave it out, or put it first',
		],
		[
			"the other cloud's storage",
			{ site: { name: "prod", storage: { profile: "gkePd" } } },
			'site.storage.profile: "gkePd" is of another cloud than aws; leave site.storage out, or set "ebs"',
		],
		[
			"a cloud around a local site",
			{ site: { name: "dev", cluster: "local" } },
			'cloud: "aws" is set, and the site is local; leave it out: a local site brings its own stores; or set site.cluster to "existing"',
		],
		[
			"stores without the cloud's own settings",
			{ stores: { bucket: "company-mysql-dr", gcp: { project: "company-prod" } } },
			"stores.aws: is missing; write stores.aws: { cluster: … }",
		],
		[
			"a bucket's name that would be too long",
			{ stores: { bucket: "b".repeat(39), aws: { cluster: "prod" } } },
			`stores.bucket: "${"b".repeat(39)}" is not the beginning of a bucket's name; write at most 38 small letters, digits and hyphens: the buckets are called so, each with its region behind it`,
		],
		[
			"a lock that nobody knows",
			{ stores: { bucket: "company-mysql-dr", objectLock: "goverance", aws: { cluster: "prod" } } },
			'stores.objectLock: "goverance" is unknown; write who may delete before the time: some, or nobody: governance, compliance (did you mean "governance"?)',
		],
		[
			"an override that is nobody",
			{ stores: { bucket: "company-mysql-dr", aws: { cluster: "prod", override: ["john"] } } },
			'stores.aws.override[0]: "john" is not the ARN of a role or user; write a role or user, such as "arn:aws:iam::111122223333:role/break-glass"',
		],
	])("%s", (_, different, expected) => {
		expect(problems(different)).toEqual([expected]);
	});

	test.each<[string, Record<string, unknown>, string]>([
		[
			"a cluster of the other cloud",
			{ site: { name: "prod", cluster: "gke", gke: reach } },
			'site.cluster: "gke" is of another cloud than aws; write "eks", or "made" for whichever cloud is set',
		],
		[
			"a cluster to be made without its settings",
			{ site: { name: "prod", cluster: "made", gke: reach } },
			"site.eks: is missing; write site.eks: { reachableFrom: [203.0.113.0/24] }, with your own addresses",
		],
		[
			"a cluster that nobody reaches",
			{ site: { name: "prod", cluster: "made", eks: { reachableFrom: [] } } },
			"site.eks.reachableFrom: [] lets nobody in, Pulumi neither; list the ranges of addresses from which Pulumi and operators reach the cluster, one a line",
		],
		[
			"fewer subnets than zones",
			{ site: { name: "prod", cluster: "made", eks: { ...reach, subnets: ["subnet-0a"] } } },
			"site.eks.subnets: 1 are listed, and 3 zones; list one for each zone, in the order of eu-central-1a, eu-central-1b, eu-central-1c",
		],
		[
			"pods of another cluster than the one that is made",
			{ site: { name: "other", cluster: "made", eks: reach } },
			'stores.aws.cluster: "prod" is another cluster than "other", which the stack makes; leave it out, or set site.eks.name to "prod"',
		],
		[
			"stores whose pods nobody knows",
			{ stores: { bucket: "company-mysql-dr", aws: {} } },
			"stores.aws.cluster: is missing; write the EKS cluster's name: its pods are given the rights to the stores",
		],
		[
			"another stack's kubeconfig of a cluster that is made",
			{ site: { name: "prod", cluster: "eks", eks: reach, kubeconfigFrom: { stack: "company/clusters/prod" } } },
			'site.kubeconfigFrom: names a stack, and the cluster is made by this one (eks); leave it out, or set site.cluster to "existing"',
		],
		[
			"a name that leads nowhere",
			{ databases: [named] },
			'databases[0].dns: "mysql.company.com" has no address to lead to: none is outside the cluster; set site.expose to LoadBalancer, or leave it out',
		],
		[
			"a name without the cloud's own zone",
			{ cloud: "gcp", site: { name: "prod", expose: "LoadBalancer" }, databases: [named] },
			"databases[0].dns.gcp: is missing; write databases[0].dns.gcp: { zone: … }",
		],
		[
			"one name for two databases",
			{ site: { name: "prod", expose: "LoadBalancer" }, databases: [named, { ...named, name: "reports" }] },
			'databases[1].dns.host: "mysql.company.com" names two databases (see databases[0].dns); give each database a name of its own',
		],
		[
			"one bucket in two regions for a database that may not lose what it is late",
			{ cloud: "gcp", stores: { bucket: "company-mysql-dr", gcp: { project: "company-prod", dualRegion: true } } },
			'stores.gcp.dualRegion: turbo replication promises 15m, and database "mysql" to lose 5m at most with a region; leave it out: two buckets are written to at once; or promise more in scenarios.region.rpo',
		],
		[
			"one bucket in two regions that are too far apart for it",
			{ ...dual, regions: "australia" },
			"stores.gcp.dualRegion: australia-southeast1 and australia-southeast2 are in no multi-region together; leave it out: two buckets may be anywhere; or take both regions out of europe, us or asia",
		],
		[
			"snapshots elsewhere, and where they are to be",
			{ cloud: "gcp", site: { name: "prod", storage: { farSnapshots: true, storageLocations: ["eu"] } } },
			"site.storage.farSnapshots: is set, and snapshots are to be in eu; keep one of the two settings",
		],
	])("%s", (_, different, expected) => {
		expect(problems(different)).toEqual([expected]);
	});

	test("regions or stores to be made where no cloud is set", () => {
		const site = { name: "prod", region: "eu-central-1", zones: ["a", "b", "c"] };
		expect(problems({ cloud: undefined, site })).toEqual([
			"cloud: is missing, and regions are set; set cloud to aws or gcp, or leave regions out",
			"stores: are to be made, and no cloud is set to make them in; set cloud and regions, or list stores that exist, each with name, region, kind and bucket",
		]);
	});
});

test("every area has two different regions in each cloud, which that cloud's list takes as well, each with three zones", () => {
	fc.assert(
		fc.property(fc.constantFrom(...Object.keys(areas)), fc.constantFrom(...clouds), (area, cloud) => {
			const pair = regionPair(cloud, area);
			expect(regionPair(cloud, [...pair])).toEqual(pair);
			for (const region of pair) {
				expect(`company-prefix-of-thirty-eight-letters-${region}`.length).toBeLessThanOrEqual(63);
				expect(new Set(zonesOf(cloud, region)).size).toBe(3);
			}
		}),
	);
});
