import { describe, expect, test } from "@jest/globals";
import { policyReport } from "../../../local/engine/policyEvents.ts";

const stackUrn = "urn:pulumi:prod::mysql-dr::pulumi:pulumi:Stack::mysql-dr-prod";
const before = (op: string, urn: string) => ({ resourcePreEvent: { metadata: { op, urn, type: "t" } } });
const stack = (old: object | null, now: object) => ({
	resOutputsEvent: {
		metadata: {
			op: "update",
			urn: stackUrn,
			type: "pulumi:pulumi:Stack",
			old: old && { outputs: old },
			new: { outputs: now },
		},
	},
});
const reportOf = (...events: object[]) => policyReport(events.map((one) => `${JSON.stringify(one)}\n`).join(""));

describe("the events of a preview", () => {
	test("tell each step once, and none of what stays", () => {
		const all = ["create", "same", "update", "replace", "create-replacement", "delete-replaced", "delete", "read"];
		const { steps } = reportOf(...all.map((op) => before(op, `urn:${op}`)));
		expect(steps.map(({ op }) => op)).toEqual(["create", "update", "replace", "delete"]);
	});

	test("tell the stack's outputs of before, and as they would be", () => {
		const { outputs } = reportOf(stack({ a: 1 }, {}), stack({ a: 1 }, { a: 2 }));
		expect(outputs).toEqual({ before: { a: 1 }, after: { a: 2 } });
	});

	test("tell of none where the program did not come so far", () => {
		expect(reportOf(stack(null, {})).outputs).toEqual({ before: null, after: null });
		expect(reportOf().outputs).toEqual({ before: null, after: null });
	});
});
