import { describe, expect, test } from "@jest/globals";
import { worthReading } from "../../../local/commands/runUp.ts";
import { goTally, jestTally } from "../../../local/commands/test.ts";
import { faultsTally } from "../../../local/commands/testFaults.ts";

describe("the total", () => {
	test("counts Go tests and subtests, not packages", () => {
		const lines = [
			{ Action: "pass", Test: "TestA", Package: "p" },
			{ Action: "output", Test: "TestB/x", Package: "p", Output: "boom\n" },
			{ Action: "fail", Test: "TestB/x", Package: "p" },
			{ Action: "skip", Test: "TestC", Package: "p" },
			{ Action: "fail", Package: "p" },
		];
		const text = `not json\n${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
		expect(goTally(text)).toEqual({ passed: 1, failed: 1, faults: ["boom\n"] });
	});

	test("counts a test file that could not be loaded as a failure", () => {
		const report = {
			numPassedTests: 3,
			numFailedTests: 1,
			numPendingTests: 2,
			numRuntimeErrorTestSuites: 1,
			testResults: [{ message: "" }, { message: "x" }],
		};
		expect(jestTally(report)).toEqual({ passed: 3, failed: 2, skipped: 2, faults: ["x"] });
	});

	test("counts a row of the fault catalogue that was not reached as a failure", () => {
		const rows = [
			{ row: "1", title: "killed", verdict: "held", reasons: [] },
			{ row: "2", title: "killed again", verdict: "broken", reasons: ["mysql-0 lacks 1", "late"] },
		];
		const faults = ["row 2, killed again: mysql-0 lacks 1; late"];
		expect(faultsTally(JSON.stringify({ rows }), 3)).toEqual({ passed: 1, failed: 2, faults });
	});
});

describe("of an update's output", () => {
	const resources = ["Resources:", "    26 unchanged", "Duration: 4s"];

	test("the summary is shown, and not the list of resources", () => {
		const lines = ["", "Updating (dev):", " +  a created", "", ...resources];
		expect(worthReading(`Previewing\nResources:\n    1 to create\n${lines.join("\n")}\n`)).toEqual(resources);
	});

	test("warnings are shown", () => {
		const diagnostics = ["Diagnostics:", "  stack:", "    warning: look here"];
		expect(worthReading(["\nUpdating (dev):", ...diagnostics, ...resources].join("\n"))).toEqual([
			...diagnostics,
			...resources,
		]);
	});
});
