import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type ForecastChange, forecastChanges } from "../../../local/commands/policyForecast.ts";
import type { PolicyDocument } from "../../../local/commands/policyText.ts";
import { pullRequestComment } from "../../../local/commands/pullRequestComment.ts";

const quiet: PolicyDocument = {
	verdict: "kept",
	changes: { same: 60 },
	steps: [],
	forecast: [],
	findings: [],
	mended: [],
	notJudged: [],
	kept: [],
	errors: [],
};
const zone: ForecastChange = {
	database: "mysql",
	scenario: "zone",
	title: "one zone is lost",
	objective: { rtoSeconds: 900, rpoSeconds: 0 },
	before: { rtoSeconds: 12.5, rpoSeconds: 0 },
	after: { rtoSeconds: 12.5, rpoSeconds: 0 },
	holds: true,
};
const line = (rule: string, text: string, level: "advisory" | "mandatory" = "mandatory") => ({
	...{ rule, text, level, severity: "high", urn: "urn:pulumi:prod::p::t::n" },
});
const comment = (changed: Partial<PolicyDocument>, base?: PolicyDocument) =>
	pullRequestComment([{ stack: "prod", document: { ...quiet, ...changed }, base }]);

describe("the comment on a pull request", () => {
	test("says of each stack what changes, and that no policy spoke", () => {
		const text = pullRequestComment([
			{ stack: "dev", document: { ...quiet, forecast: [zone] } },
			{ stack: "prod", document: { ...quiet, changes: { update: 2, create: 1, same: 60 }, forecast: [zone] } },
		]);
		expect(text.startsWith("### Disaster recovery: ✅ dev: kept, ✅ prod: kept\n")).toBe(true);
		expect(text).toContain("#### dev\n\nNothing changes.");
		expect(text).toContain("#### prod\n\nChanges: 2 to update, 1 to create.");
		expect(text.match(/No policy has anything to say\./g)).toHaveLength(2);
	});

	test.each([
		["the same", {}, "| one zone is lost | 15m / 0s | 13s / 0s | same |"],
		[
			"another",
			{ after: { rtoSeconds: 1200, rpoSeconds: 0 }, holds: false },
			"| one zone is lost | 15m / 0s | 13s / 0s | **20m / 0s** ❌ |",
		],
		["new", { before: null }, "| one zone is lost | 15m / 0s | — | **13s / 0s** |"],
	])("shows a forecast that is %s", (_title, changed, row) => {
		expect(comment({ forecast: [{ ...zone, ...changed }] })).toContain(row);
	});

	test("tells a change of less than a second from none", () => {
		const after = { rtoSeconds: 12.6, rpoSeconds: 0 };
		expect(comment({ forecast: [{ ...zone, after }] })).toContain("| 13s / 0s | **13s / 0s** |");
	});

	test("takes the forecast of the base branch where nothing is deployed", () => {
		const base = { ...quiet, forecast: [{ ...zone, after: { rtoSeconds: 60, rpoSeconds: 0 } }] };
		expect(comment({ forecast: [{ ...zone, before: null }] }, base)).toContain("| 1m / 0s | **");
	});

	test("names each rule that spoke, and folds what could not be judged and what is changed", () => {
		const text = comment({
			verdict: "refused",
			findings: [
				line("three-instances", "StatefulSet db: spec.replicas is 1; set 3"),
				line("tags", "x: y", "advisory"),
			],
			notJudged: [line("not-judged", "not judged: a", "advisory")],
			steps: [{ op: "create", urn: "urn:pulumi:prod::p::a:b:C$kubernetes:apps/v1:StatefulSet::mysql" }],
		});
		expect(text).toContain("### Disaster recovery: ❌ prod: refused");
		expect(text).toContain("❌ **three-instances** (high, mandatory)\n- `StatefulSet db: spec.replicas is 1; set 3`");
		expect(text).toContain("ℹ️ **tags** (high, advisory)\n- `x: y`");
		expect(text).toContain("<details><summary>1 not judged before it is deployed</summary>\n\n- `not judged: a`");
		expect(text).toContain("- create `kubernetes:apps/v1:StatefulSet mysql`");
	});

	test("says what a rule mends, and not how it is then", () => {
		const urn = "urn:pulumi:prod::p::kubernetes:storage.k8s.io/v1:StorageClass::data";
		const text = comment({ mended: [{ rule: "volumes-retained", urn, after: { parameters: "verysecret" } }] });
		expect(text).toContain("🔧 **volumes-retained** mends `kubernetes:storage.k8s.io/v1:StorageClass data`");
		expect(text).not.toContain("verysecret");
	});

	test("says what failed where the preview did, and does not call it silence of the policies", () => {
		const text = comment({ verdict: "failed", changes: {}, errors: ["no such image"] });
		expect(text).toContain("- ⚠️ `no such image`");
		expect(text).toContain("What would change is not known.");
		expect(text).not.toContain("No policy has anything to say");
	});

	test("fits into what GitHub takes, and names every rule, whatever is said", () => {
		const lines = fc.array(
			fc.record({ rule: fc.stringMatching(/^[a-z]{3,12}$/), text: fc.string({ maxLength: 3000 }) }),
			{ maxLength: 400 },
		);
		fc.assert(
			fc.property(lines, (all) => {
				const findings = all
					.slice(0, 40)
					.flatMap(({ rule, text }) => Array.from({ length: 9 }, () => line(rule, text)));
				const notJudged = all.map(({ text }) => line("not-judged", text, "advisory"));
				const text = comment({ verdict: "refused", findings, notJudged });
				expect(text.length).toBeLessThan(65_536);
				for (const { rule } of findings) expect(text).toContain(`**${rule}**`);
			}),
		);
	});

	test("lets nothing that is said be Markdown, a mention or HTML", () => {
		fc.assert(
			fc.property(fc.string(), (said) => {
				const [shown = ""] = /^- `(.*)`$/m.exec(comment({ findings: [line("a", `x ${said} @dba <b>`)] })) ?? [];
				expect(shown.slice(3, -1)).not.toMatch(/[`\n]/);
				expect(shown).toContain("@dba <b>");
			}),
		);
	});
});

describe("forecasts", () => {
	const times = { rtoSeconds: 1, rpoSeconds: 0 };
	const outputs = (rtoSeconds: number) => ({
		databases: {
			mysql: {
				objectives: { scenarios: { zone: { ...times, title: "one zone is lost" } } },
				forecast: { zone: { ...times, rtoSeconds, holds: true, rtoTerms: [] } },
			},
		},
	});

	test("are those of the last deployment and of the preview", () => {
		const after = { rtoSeconds: 3, rpoSeconds: 0 };
		expect(forecastChanges(outputs(2), outputs(3))).toEqual([
			{
				...{ database: "mysql", scenario: "zone", title: "one zone is lost", objective: times, holds: true, after },
				before: { rtoSeconds: 2, rpoSeconds: 0 },
			},
		]);
	});

	test.each([[null], [{}], [{ databases: { mysql: {} } }]])("are none of outputs %j", (nothing) => {
		expect(forecastChanges(null, nothing)).toEqual([]);
		expect(forecastChanges(nothing, outputs(3))).toMatchObject([{ before: null }]);
	});
});
