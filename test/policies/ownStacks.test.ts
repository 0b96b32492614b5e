/** The stack's own configurations, as they are, keep every rule. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse, stringify } from "yaml";
import { referenceFile } from "../../local/commands/policy.ts";
import { forecastChanges } from "../../local/commands/policyForecast.ts";
import { withDescribedSite } from "../../local/engine/describedSite.ts";
import { type Engine, presentEngine } from "../../local/engine/engine.ts";
import type { PolicyReport } from "../../local/engine/policyEvents.ts";
import { checkout } from "../../local/engine/stack.ts";
import { Previews } from "./previews.ts";
import { proven } from "./proven.ts";

const engine = await presentEngine();
const inEngine = engine ? describe : describe.skip;

/** The policy of a bucket that is made names the key and the roles that are made with it. */
const madeKeys = ["near", "far"].map(
	(store) =>
		`not judged: BucketPolicy stores-${store}: policy is not known before it is deployed; what bucket-tls says of it is open until it is known`,
);

/** For a hang alone. */
const patience = 300_000;

inEngine("the pack has nothing to say of", () => {
	test.each([
		["the stack dev", "dev", (config: string) => config, []],
		["the stack prod, but what is not known of it before it is there", "prod", (config: string) => config, madeKeys],
		["the stack prod in Google Cloud", "prod", inGoogleCloud, []],
		["a standard database on two zones", "prod", onTwoZones, madeKeys],
	])(
		"%s",
		async (_title, stack, changed, open) => {
			const config = changed(await readFile(join(checkout, `Pulumi.${stack}.yaml`), "utf8"));
			const report = await previewed(stack, config, proven());
			expect(report.errors).toEqual([]);
			expect(report.lines.map(({ text }) => text).sort()).toEqual([...open].sort());
			expect(report.changes.create).toBeGreaterThan(40);
			expect(forecastChanges(null, report.outputs.after)).toContainEqual(
				expect.objectContaining({ database: "mysql", scenario: "zone", before: null, holds: true }),
			);
		},
		patience,
	);

	test(
		"the stack dev, but that nobody has tried it, with the documentation's own configuration and without evidence",
		async () => {
			const page = await readFile(join(checkout, referenceFile), "utf8");
			const [, example = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
			const dev = await readFile(join(checkout, "Pulumi.dev.yaml"), "utf8");
			// Fewer than the example's five, which it does not refuse.
			const report = await previewed("dev", dev, { ...JSON.parse(example), "three-instances": "advisory" });
			expect(report.errors).toEqual([]);
			expect(report.lines.map(({ rule, level }) => [rule, level])).toEqual([
				["not-judged", "advisory"],
				["not-judged", "advisory"],
			]);
			const said = report.lines.map(({ text }) => text.split(" is in no report")[0]).sort();
			expect(said).toEqual([
				"not judged: StatefulSet mysql/mysql: when a failover was last practised",
				"not judged: StatefulSet mysql/mysql: when a restore was last tried",
			]);
		},
		patience,
	);
});

/** By a preview on a site that is described alone, as the machine may have none. */
function previewed(stack: string, config: string, policies: Readonly<Record<string, object>>): Promise<PolicyReport> {
	const local = { name: "of-policies", region: "local-1", zones: ["zone-a", "zone-b", "zone-c"] };
	return withDescribedSite(checkout, local, async (site) => {
		const program = { folder: checkout, project: "mysql-dr", stack, config, env: { MYSQL_DR_SITE: site } };
		const previews = await Previews.open(engine as Engine, program);
		try {
			return await previews.preview({}, policies);
		} finally {
			await previews.close();
		}
	});
}

/** By the one line that Pulumi.prod.yaml speaks of. */
function inGoogleCloud(config: string): string {
	return config.replace("mysql-dr:cloud: aws", "mysql-dr:cloud: gcp");
}

/** Whose third instance shares a zone with another one. */
function onTwoZones(config: string): string {
	const parsed = parse(config);
	const [database] = parsed.config["mysql-dr:databases"];
	parsed.config["mysql-dr:site"].zones = ["eu-central-1a", "eu-central-1b"];
	Object.assign(database, { tier: "standard", rto: "1h", rpo: "1h", scenarios: { zone: { rto: "1h", rpo: "1h" } } });
	return stringify(parsed);
}
