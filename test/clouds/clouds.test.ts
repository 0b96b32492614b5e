/**
 * What prod would make in each cloud, by the real engine. Where an engine was never built these are skipped, and counted so.
 * After a change that is meant: `MYSQL_DR_UPDATE_PREVIEWS=1 npm run unit -- test/clouds`, and review the difference.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import { unknownValue } from "../doubles/check.ts";
import { engine, type Previewed, preview } from "./preview.ts";
import { snapshotOf } from "./snapshot.ts";

// Hangs alone are ended by it.
jest.setTimeout(600_000);

const found = await engine();
const withEngine = found === undefined ? describe.skip : describe;

/** One line of Pulumi.prod.yaml, changed. */
function line(from: string, to: string) {
	return (text: string): string => {
		expect(text.split("\n").filter((one) => one.trim() === from)).toHaveLength(1);
		return text.replace(new RegExp(`^(\\s*)${escaped(from)}$`, "m"), `$1${to}`);
	};
}

const both =
	(...changes: readonly ((text: string) => string)[]) =>
	(text: string): string =>
		changes.reduce((changed, change) => change(changed), text);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const variants: Readonly<Record<string, (text: string) => string>> = {
	"prod-aws": (text) => text,
	"prod-gcp": line("mysql-dr:cloud: aws", "mysql-dr:cloud: gcp"),
	"prod-aws-us": line("mysql-dr:regions: europe", "mysql-dr:regions: [us-east-1, us-west-2]"),
	"prod-aws-standard": line("tier: critical", "tier: standard"),
	"prod-aws-made": line("cluster: existing", "cluster: made"),
	"prod-gcp-made": both(line("cluster: existing", "cluster: made"), line("mysql-dr:cloud: aws", "mysql-dr:cloud: gcp")),
	"prod-gcp-dual": both(
		line("mysql-dr:cloud: aws", "mysql-dr:cloud: gcp"),
		line("tier: critical", "tier: standard"),
		line("project: company-prod", "dualRegion: true\n      project: company-prod"),
	),
	"prod-aws-irsa": line(
		"cluster: prod",
		"oidcProvider: arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/E\n      cluster: prod",
	),
};

withEngine.each(Object.entries(variants))("the preview of %s", (name, change) => {
	let previewed: Previewed;
	beforeAll(async () => {
		previewed = await preview(found as NonNullable<typeof found>, { change });
	});

	test("has no unknown property, no deprecated one, and no warning", () => {
		expect(previewed.diagnostics.filter(({ severity }) => severity !== "debug")).toEqual([]);
	});

	test("is what was reviewed", () => {
		const file = join(import.meta.dirname, "previews", `${name}.yaml`);
		const text = snapshotOf(previewed);
		if (process.env.MYSQL_DR_UPDATE_PREVIEWS === "1") writeFileSync(file, text);
		expect(text).toBe(readFileSync(file, "utf8"));
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
		expect(kept.length).toBeGreaterThanOrEqual(name.endsWith("-dual") ? 3 : 4);
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
