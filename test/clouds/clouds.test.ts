/**
 * What prod would make in each cloud, by the real engine. Where an engine was never built these are skipped, and counted so.
 * After a change that is meant: `MYSQL_DR_UPDATE_PREVIEWS=1 npm run unit -- test/clouds`, and review the difference.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { unknownValue } from "../doubles/check.ts";
import { both, type Change, line } from "./lines.ts";
import { deployed, engine, type Previewed, preview } from "./preview.ts";
import { reviewed } from "./reviewed.ts";
import { snapshotOf } from "./snapshot.ts";

// Hangs alone are ended by it.
jest.setTimeout(600_000);

const found = await engine();
const withEngine = found === undefined ? describe.skip : describe;

const inGoogle = line("mysql-dr:cloud: aws", "mysql-dr:cloud: gcp");
const adopted = line("objectLock: governance", "objectLock: governance\n    adopt: true");

const variants: Readonly<Record<string, Change>> = {
	"prod-aws": (text) => text,
	"prod-gcp": inGoogle,
	"prod-aws-made": line("cluster: existing", "cluster: made"),
	"prod-gcp-made": both(line("cluster: existing", "cluster: made"), inGoogle),
	"prod-gcp-regional": both(inGoogle, line("farSnapshots: true", "farSnapshots: true\n      regional: true")),
	"prod-aws-adopt": adopted,
	"prod-gcp-adopt": both(inGoogle, adopted),
	"prod-aws-us": line("mysql-dr:regions: europe", "mysql-dr:regions: [us-east-1, us-west-2]"),
	"prod-aws-standard": line("tier: critical", "tier: standard"),
	"prod-gcp-dual": both(
		inGoogle,
		line("tier: critical", "tier: standard"),
		line("project: company-prod", "dualRegion: true\n      project: company-prod"),
	),
	"prod-aws-irsa": line(
		"cluster: prod",
		"oidcProvider: arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/E\n      cluster: prod",
	),
};

/** What names a key cannot be known before the key is: the doubles make the stores, and what says who may do what is read. */
withEngine("the policies of stores that were made", () => {
	test("are what was reviewed", async () => {
		const program = { folder: join(import.meta.dirname, "stores"), env: {} };
		const resources = await deployed(found as NonNullable<typeof found>, { program });
		const text = snapshotOf(resources.filter(({ type }) => /:(BucketPolicy|RolePolicy)$/.test(type)));
		expect(text).not.toContain("known after it is made");
		expect(text).toBe(reviewed("prod-aws-policies", text));
	});
});

withEngine("the preview of dev", () => {
	const name = "previewed-alone";
	const folder = join(import.meta.dirname, "..", "..", ".state", "sites", name);
	/** What `npm run up` says of a site. */
	const site = {
		...{ name, region: "local-1", kubeconfig: "/nowhere/kubeconfig", zones: ["zone-a", "zone-b", "zone-c"] },
		...{ storageClass: "mysql-dr-local", scratchClass: "mysql-dr-local-scratch", snapshotClass: "mysql-dr-local" },
		images: { runtime: "localhost/mysql-dr/runtime:previewed" },
		stores: [1, 2].map((number) => ({
			...{ name: `store-${number}`, region: `local-${number}`, bucket: `previewed-local-${number}` },
			endpoint: `http://192.0.2.1:707${number}`,
		})),
	};
	beforeAll(() => {
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, "site.json"), JSON.stringify(site));
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	test("asks no cloud, warns of nothing, and is what was reviewed", async () => {
		const options = { file: "dev", env: { MYSQL_DR_SITE: name } } as const;
		const { resources, diagnostics } = await preview(found as NonNullable<typeof found>, options);
		expect(diagnostics.filter(({ severity }) => severity !== "debug")).toEqual([]);
		expect(resources.filter(({ type }) => /^(aws|gcp):/.test(type))).toEqual([]);
		const text = snapshotOf(resources, "all");
		expect(text).toBe(reviewed("dev", text));
	});
});

withEngine.each(Object.entries(variants))("the preview of %s", (name, change) => {
	let previewed: Previewed;
	beforeAll(async () => {
		previewed = await preview(found as NonNullable<typeof found>, { change });
	});

	test("has no unknown property, no deprecated one, and no warning", () => {
		const said = previewed.diagnostics.filter(({ severity }) => severity !== "debug");
		// A name that is left to another stack is not passed over in silence.
		const left = { severity: "info", message: expect.stringContaining("mysql.company.com is the stack's that made") };
		expect(said).toEqual(name.endsWith("-adopt") ? [expect.objectContaining(left)] : []);
	});

	test("is what was reviewed", () => {
		const text = snapshotOf(previewed.resources);
		expect(text).toBe(reviewed(name, text));
	});

	test("asks one cloud alone", () => {
		const cloud = name.includes("gcp") ? "gcp" : "aws";
		const clouds = new Set(previewed.resources.map(({ type }) => type.split(":")[0]));
		expect(clouds).toContain(cloud);
		expect(clouds).not.toContain(cloud === "aws" ? "gcp" : "aws");
	});

	test("makes a cluster where one is to be made, protected, and what is in it by its kubeconfig alone", () => {
		const clusters = previewed.resources.filter(({ type }) => /:(eks|container)\/cluster:Cluster$/.test(type));
		expect(clusters.map(({ protect }) => protect)).toEqual(name.endsWith("-made") ? [true] : []);
		const [kubernetes] = previewed.resources.filter(({ type }) => type === "pulumi:providers:kubernetes");
		expect(kubernetes?.inputs.kubeconfig).toBe(name.endsWith("-made") ? unknownValue : undefined);
	});

	test("keeps every bucket and every key, whatever becomes of the stack", () => {
		const kept = previewed.resources.filter(({ type }) => /:(Bucket|Key|ReplicaKey|KeyRing|CryptoKey)$/.test(type));
		if (name.endsWith("-adopt")) expect(kept).toEqual([]);
		else expect(kept.length).toBeGreaterThanOrEqual(name.endsWith("-dual") ? 3 : 4);
		for (const { urn, protect, retainOnDelete } of kept)
			expect([urn, protect, retainOnDelete]).toEqual([urn, true, true]);
	});
});

withEngine("a mistake in what is declared", () => {
	test.each([
		["unlisted", 'versioningConfiguration.status "enabled" is none of Enabled, Suspended, Disabled'],
		["unknown", "versioningConfiguration.mfa is unknown"],
		["mistyped", "versioning boolean true is no group"],
		["deprecated", "aws:s3/bucketV2:BucketV2 is deprecated"],
	])("that is %s ends the preview, and is named", async (mistake, told) => {
		const program = { folder: join(import.meta.dirname, "mistaken"), env: { MISTAKE: mistake } };
		const { diagnostics } = await preview(found as NonNullable<typeof found>, { program });
		const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
		expect(errors.join("\n")).toContain(told);
	});
});
