import { describe, expect, test } from "@jest/globals";
import { policyDocument, policyText } from "../../../local/commands/policyText.ts";
import { policyReport } from "../../../local/engine/policyEvents.ts";
import { rules } from "../../../policies/rules.ts";

const event = (policyName: string, enforcementLevel: string, text: string) => ({
	policyEvent: {
		resourceUrn: "urn:pulumi:dev::mysql-dr::kubernetes:apps/v1:StatefulSet::mysql",
		message: `<{%fg 1%}>What must hold.\n${text}<{%reset%}>\n`,
		policyName,
		enforcementLevel,
		severity: "high",
	},
});
const summary = { summaryEvent: { resourceChanges: { create: 2, same: 50 } } };
const documentOf = (...events: object[]) =>
	policyDocument(policyReport(events.map((one) => `${JSON.stringify(one)}\n`).join("")), rules);

describe("what policies said", () => {
	test("is shown by rule, in the order of the pack, with what was left open and what was kept", () => {
		const document = documentOf(
			event("grace-period", "advisory", "StatefulSet mysql/mysql: a is 1; b"),
			event("three-instances", "mandatory", "StatefulSet mysql/mysql: spec.replicas is 1; set 3"),
			event("not-judged", "advisory", "not judged: StatefulSet mysql/mysql: c is not known"),
			{ diagnosticEvent: { severity: "error", message: "preview failed" } },
			summary,
		);
		const text = policyText(document);
		expect(text).toMatch(
			/^changes: 2 create, 50 same\nthree-instances \(high, mandatory\)\n {4}StatefulSet mysql\/mysql: spec\.replicas is 1; set 3\ngrace-period \(high, advisory\)\n {4}.*\nnot judged yet\n {4}not judged: .*\nkept: .*\npolicies: refused, 2 found\n$/,
		);
		expect(document.kept).not.toContain("three-instances");
		expect(document.kept).toContain("guaranteed-qos");
	});

	test("is kept where nothing mandatory spoke", () => {
		expect(documentOf(event("grace-period", "advisory", "x: a is 1; b"), summary).verdict).toBe("kept");
		expect(policyText(documentOf(summary))).toMatch(/policies: kept\n$/);
	});

	test("counts for nothing where something else failed", () => {
		const document = documentOf({ diagnosticEvent: { severity: "error", message: "no such image" } });
		expect(document).toMatchObject({ verdict: "failed", kept: [], errors: ["no such image"] });
		expect(policyText(document)).toBe("error: no such image\npolicies: failed\n");
	});

	test("is refused where data would be deleted and made anew, unless that is meant", () => {
		const step = (op: string, type: string) => ({
			resourcePreEvent: {
				metadata: {
					op,
					urn: `urn:pulumi:dev::mysql-dr::mysql-dr:index:MysqlCluster$${type}::mysql`,
					type,
					keys: ["spec.serviceName"],
				},
			},
		});
		const set = ["create-replacement", "replace", "delete-replaced"].map((op) =>
			step(op, "kubernetes:apps/v1:StatefulSet"),
		);
		const report = policyReport([...set, summary].map((one) => `${JSON.stringify(one)}\n`).join(""));
		const document = policyDocument(report, rules);
		expect(document.verdict).toBe("refused");
		expect(document.findings).toEqual([
			expect.objectContaining({
				rule: "nothing-replaced",
				level: "mandatory",
				text: expect.stringMatching(/^StatefulSet mysql: spec\.serviceName asks for "replace"; .*--may-replace mysql/),
			}),
		]);
		expect(policyDocument(report, rules, ["mysql"]).verdict).toBe("kept");
		expect(documentOf(step("replace", "kubernetes:core/v1:ConfigMap"), summary).verdict).toBe("kept");
		expect(documentOf(step("update", "kubernetes:apps/v1:StatefulSet"), summary).verdict).toBe("kept");
	});
});
