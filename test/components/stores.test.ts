import { beforeAll, describe, expect, test } from "@jest/globals";
import { parseConfig } from "../../objectives/index.ts";
import { database, declared } from "./declared.ts";
import { declaredInCloud, inCloud } from "./declaredInCloud.ts";
import type { Recording } from "./recorder.ts";

const aws = { cluster: "prod", override: ["arn:aws:iam::1:role/break-glass"] };
const gcp = { project: "company-prod", override: ["group:dba@company.com"] };

/** A stack of two databases that makes its stores, with what a test wants different. */
const configured = (different: Record<string, unknown> = {}) =>
	parseConfig({
		cloud: "aws",
		regions: "europe",
		site: { name: "test" },
		databases: [database(), database({ name: "reports", tier: "standard" })],
		stores: { bucket: "company", aws, gcp },
		contacts: [{ role: "Primary DBA", name: "John Doe", email: "john.doe@company.com" }],
		images: { runtime: "mysql-dr/runtime:test" },
		...different,
	});

const annotations = (stack: Recording, account: string) =>
	stack.all("ServiceAccount").find(({ inputs }) => inputs.metadata.name === account)?.inputs.metadata.annotations;
const settings = (stack: Recording) =>
	JSON.parse(stack.all("ConfigMap")[0]?.inputs.data["settings.json"]) as { stores: Record<string, unknown>[] };

describe("stores that are made in AWS", () => {
	let stack: Recording;
	beforeAll(async () => {
		stack = await declared(configured());
	});

	test("are two buckets in two regions, kept and protected with their keys", () => {
		const kept = ["Bucket", "Key", "ReplicaKey"].flatMap((kind) => stack.all(kind));
		expect(kept.map(({ inputs }) => [inputs.bucket, inputs.region])).toEqual([
			["company-eu-central-1", "eu-central-1"],
			["company-eu-west-1", "eu-west-1"],
			[undefined, "eu-central-1"],
			[undefined, "eu-west-1"],
		]);
		for (const { name, protect, retainOnDelete } of kept)
			expect([name, protect, retainOnDelete]).toEqual([name, true, true]);
	});

	test("are known to the archiver, to the jobs and to restores of each database, and to nobody else", () => {
		const given = stack
			.all("PodIdentityAssociation")
			.map(({ inputs }) => [inputs.clusterName, inputs.namespace, inputs.serviceAccount]);
		expect(given).toEqual(
			["mysql", "reports"].flatMap((namespace) =>
				["mysql-archive", "mysql-backup", "mysql-restore"].map((account) => ["prod", namespace, account]),
			),
		);
		expect(annotations(stack, "mysql-archive")).toBeUndefined();
	});

	test("are there before what writes to them", () => {
		for (const { dependsOn } of stack.all("Deployment").filter(({ name }) => name.endsWith("-archive")))
			expect(dependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/:BucketPolicy::stores-near$/)]));
	});

	test("are told to the runtime with their locks, and closed to the watchdog", () => {
		expect(settings(stack).stores).toEqual(
			["near", "far"].map((name, index) => ({
				...{ name, kind: "s3", podsAlone: true, objectLock: { mode: "governance", days: 14 } },
				...{ region: ["eu-central-1", "eu-west-1"][index], bucket: `company-${["eu-central-1", "eu-west-1"][index]}` },
			})),
		);
		for (const { inputs } of stack.all("BucketObjectLockConfiguration"))
			expect(inputs.rule.defaultRetention).toEqual({ mode: "GOVERNANCE", days: 14 });
	});

	test("are known by IRSA where the cluster's provider is named", async () => {
		const oidcProvider = "arn:aws:iam::1:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/E";
		const irsa = await declared(configured({ stores: { bucket: "company", aws: { ...aws, oidcProvider } } }));
		expect(irsa.all("PodIdentityAssociation")).toEqual([]);
		for (const account of ["mysql-archive", "mysql-backup", "mysql-restore"])
			expect(Object.keys(annotations(irsa, account))).toEqual(["eks.amazonaws.com/role-arn"]);
		expect(annotations(irsa, "mysql-watchdog")).toBeUndefined();
	});

	test("are locked so that nobody can undo it where that is asked for", async () => {
		const strict = await declared(configured({ stores: { bucket: "company", objectLock: "compliance", aws } }));
		const locks = strict.all("BucketObjectLockConfiguration").map(({ inputs }) => inputs.rule.defaultRetention);
		expect(locks).toEqual(Array(2).fill({ mode: "COMPLIANCE", days: 14 }));
		expect(settings(strict).stores.map(({ objectLock }) => objectLock)).toEqual(
			Array(2).fill({ mode: "compliance", days: 14 }),
		);
	});

	test("take evidence that is not there for none that was due, and an archive that is not there for a fault", () => {
		const late = stack.all("MetricAlarm").filter(({ inputs }) => inputs.metricName === "ReplicationLatency");
		expect(late.map(({ inputs }) => [inputs.dimensions.RuleId, inputs.treatMissingData])).toEqual([
			["archive", "missing"],
			["evidence", "notBreaching"],
		]);
	});

	test("have no override role where nobody is named", async () => {
		const without = await declared(configured({ stores: { bucket: "company", aws: { cluster: "prod" } } }));
		expect(without.all("Role").filter(({ name }) => name.endsWith("-override"))).toEqual([]);
	});
});

describe("stores that are made in Google Cloud", () => {
	let stack: Recording;
	beforeAll(async () => {
		stack = await declared(configured({ cloud: "gcp" }));
	});

	test("are two buckets in two regions, kept and protected with their keys", () => {
		const kept = ["Bucket", "KeyRing", "CryptoKey"].flatMap((kind) => stack.all(kind));
		expect(stack.all("Bucket").map(({ inputs }) => [inputs.name, inputs.location])).toEqual([
			["company-europe-west3", "europe-west3"],
			["company-europe-west4", "europe-west4"],
		]);
		expect(kept).toHaveLength(6);
		for (const { name, protect, retainOnDelete } of kept)
			expect([name, protect, retainOnDelete]).toEqual([name, true, true]);
	});

	test("are known to the archiver, to the jobs and to restores of each database, and to nobody else", () => {
		const members = stack.all("IAMMember").filter(({ inputs }) => inputs.role === "roles/iam.workloadIdentityUser");
		expect(members.map(({ inputs }) => inputs.member)).toEqual(
			["mysql", "reports"].flatMap((namespace) =>
				["mysql-archive", "mysql-backup", "mysql-restore"].map(
					(account) => `serviceAccount:company-prod.svc.id.goog[${namespace}/${account}]`,
				),
			),
		);
		expect(Object.keys(annotations(stack, "mysql-archive"))).toEqual(["iam.gke.io/gcp-service-account"]);
		expect(annotations(stack, "mysql-watchdog")).toBeUndefined();
	});
});

describe("one bucket in two regions of Google Cloud", () => {
	const dual = () =>
		configured({
			cloud: "gcp",
			databases: [database({ tier: "standard" })],
			stores: { bucket: "company", gcp: { ...gcp, dualRegion: true } },
		});

	test("lies in both, with turbo replication, and its key where the bucket is", async () => {
		const stack = await declared(dual());
		expect(stack.one("Bucket").inputs).toMatchObject({
			...{ name: "company-dual", location: "EU", rpo: "ASYNC_TURBO" },
			customPlacementConfig: { dataLocations: ["EUROPE-WEST3", "EUROPE-WEST4"] },
		});
		expect(stack.one("KeyRing").inputs.location).toBe("europe");
		expect(stack.all("TransferJob")).toEqual([]);
	});

	test("is one store to the runtime, which knows nothing of its second region", async () => {
		const lock = { mode: "governance", days: 14 };
		expect(settings(await declared(dual())).stores).toEqual([
			{ name: "both", region: "europe-west3", kind: "gcs", bucket: "company-dual", objectLock: lock, podsAlone: true },
		]);
	});
});

describe("stores that another stack has made", () => {
	const adopting = (cloud: string) => configured({ cloud, stores: { bucket: "company", adopt: true, aws, gcp } });

	test.each([
		["aws", ["aws:iam", "aws:eks"]],
		["gcp", ["gcp:projects", "gcp:serviceaccount", "gcp:storage/bucketIAMMember"]],
	])("in %s are given identities of this stack's, and nothing else", async (cloud, kinds) => {
		const stack = await declared(adopting(cloud));
		const own = stack.resources.filter(({ type }) => type.startsWith(`${cloud}:`)).map(({ type }) => type);
		expect(own.length).toBeGreaterThan(0);
		expect(own.filter((type) => !kinds.some((kind) => type.startsWith(kind)))).toEqual([]);
		expect(settings(stack).stores).toEqual(settings(await declared(configured({ cloud }))).stores);
	});

	test("are known to the pods of the cluster that is made anew", async () => {
		const stack = await declared(adopting("aws"));
		expect(stack.all("PodIdentityAssociation").map(({ inputs }) => inputs.serviceAccount)).toEqual([
			"mysql-archive",
			"mysql-backup",
			"mysql-restore",
			"mysql-archive",
			"mysql-backup",
			"mysql-restore",
		]);
		const google = await declared(adopting("gcp"));
		expect(Object.keys(annotations(google, "mysql-archive"))).toEqual(["iam.gke.io/gcp-service-account"]);
	});

	test("keep the roles and accounts of the stack that made them: none has a name that is taken", async () => {
		const names = ({ all }: Recording) => [
			...all("Account").map(({ inputs }) => inputs.accountId),
			...all("IAMCustomRole").map(({ inputs }) => inputs.roleId),
		];
		const stores = { bucket: "company", gcp };
		const taken = names(await declaredInCloud(inCloud({ cloud: "gcp", stores })));
		const own = names(await declaredInCloud(inCloud({ cloud: "gcp", stores: { ...stores, adopt: true } })));
		expect(own.filter((name) => taken.includes(name))).toEqual([]);
		expect(taken.length).toBeGreaterThan(0);
	});
});

test("a stack whose stores exist makes none, and its accounts are told nothing", async () => {
	const stores = ["eu-central-1", "eu-west-1"].map((region) => ({ name: region, region, kind: "s3", bucket: region }));
	const stack = await declared(configured({ stores }));
	expect(stack.resources.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
	expect(annotations(stack, "mysql-archive")).toBeUndefined();
	expect(settings(stack).stores.map((store) => store.podsAlone)).toEqual([undefined, undefined]);
});
