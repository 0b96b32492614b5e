import { describe, expect, test } from "@jest/globals";
import { Command } from "commander";
import { scenarios } from "../../objectives/scenarios.ts";
import { time } from "../../runbooks/parts.ts";
import { renderRunbook, runbookScenarios } from "../../runbooks/render.ts";
import { operatorCommands } from "../../runtime/commands/program.ts";
import { facts } from "./facts.ts";

const text = renderRunbook("pod", facts());
const lines = text.split("\n");

/** The lines inside of code blocks: what people paste. */
function commands(markdown: string): string[] {
	return markdown
		.split("```")
		.filter((_, index) => index % 2 === 1)
		.flatMap((block) => block.split("\n").slice(1, -1));
}

describe("the runbook for a lost pod", () => {
	test("begins with what it is about and whom to call", () => {
		expect(lines.slice(0, 10)).toEqual([
			"# Runbook: one pod is lost",
			"",
			"Database `orders` (critical) at site `dev`, region `local-1`, zones zone-a, zone-b, zone-c; Kubernetes namespace `orders`.",
			"",
			"## Call first",
			"",
			"1. **Primary DBA**: Ada Example, +1-555-0101, ada@example.com",
			"2. **Infrastructure on call**: Team, +1-555-0103",
			"",
			"The site repairs this by itself: call when step 2 below does not end in `protected`.",
		]);
	});

	test("says what is promised, what is expected, and of what that consists", () => {
		expect(lines).toContain(
			"Promise: writes are accepted again within 5 min, no acknowledged write lost. Forecast: 2.5 s.",
		);
		expect(lines).toContain("| detection | 1.5 s | default: the plan probes every 250ms |");
		expect(lines).toContain("| promotion | 1 s | measured: 10 pod drills |");
	});

	test("says what was so when it was printed, if that is known", () => {
		const instances = [
			{ name: "mysql-0", zone: "zone-a", role: "lost" },
			{ name: "mysql-1", zone: "zone-b", role: "primary" },
		];
		const live = {
			at: "2026-11-22T12:00:00.000Z",
			primary: "mysql-1",
			protected: false,
			instances,
			missing: "mysql-0 is lost",
		};
		expect(renderRunbook("pod", facts({ live })).split("\n")[4]).toBe(
			"When this was printed (2026-11-22T12:00:00.000Z): primary `mysql-1`, **not protected**: mysql-0 is lost. mysql-0 lost in zone-a, mysql-1 primary in zone-b.",
		);
	});

	test("says so where the forecast does not keep the promise", () => {
		const { forecast } = facts();
		const broken = facts({ forecast: { ...forecast, pod: { ...forecast.pod, holds: false } } });
		expect(renderRunbook("pod", broken)).toContain("**The forecast does not keep the promise.**");
	});
});

const made = runbookScenarios.flatMap((scenario) => [false, true].map((madeStores) => [scenario, madeStores] as const));

describe.each(made)("the runbook for %s, whether the stack has made the stores: %s", (scenario, madeStores) => {
	const text = renderRunbook(scenario, facts({ madeStores }));

	test("has nothing to fill in: every command names this stack's namespace", () => {
		for (const command of commands(text))
			expect(command).toMatch(/-n orders\b|^npm run up$|^pulumi (up|stack init dev-2)$/);
		expect(text).not.toMatch(/<\w+>|undefined|null|NaN/);
	});

	test("names only commands and options that mysql-dr has", () => {
		const known = operatorCommands(async () => {});
		const used = commands(text)
			.map((line) => /^(?:npx mysql-dr|npm run (?=drill)) ?([\w-]+)(.*)$/.exec(line))
			.filter((found) => found !== null);
		expect(used.length).toBeGreaterThan(3);
		for (const [, name, rest = ""] of used) {
			const command = known.find((one) => one.name() === name) ?? new Command();
			expect(command.name()).toBe(name);
			for (const flag of rest.split(/\s+/).filter((word) => /^--?\w/.test(word))) {
				expect(command.options.some(({ short, long }) => flag === short || flag === long)).toBe(true);
			}
		}
	});

	test("says whom to call, what is promised, and of what the forecast consists", () => {
		expect(text).toContain("1. **Primary DBA**: Ada Example");
		expect(text).toMatch(/^Promise: /m);
		expect(text).toContain("| detection | 1.5 s |");
	});
});

test("where a stack has made the stores, they are adopted by the one that rebuilds the cluster", () => {
	const [beside, anew] = [true, false].map((madeStores) => renderRunbook("cluster", facts({ madeStores })));
	expect(beside).toContain("`adopt: true`");
	expect(beside).toContain("pulumi stack init dev-2");
	expect(anew).not.toContain("adopt");
});

test("a scenario without a runbook is refused with those that there are", () => {
	for (const scenario of [...scenarios.filter((name) => !runbookScenarios.includes(name)), "toString"]) {
		expect(() => renderRunbook(scenario, facts())).toThrow(
			`scenario: there is no runbook for "${scenario}"; choose one of pod, volume, cluster, badData`,
		);
	}
});

test.each([
	[0.6, "0.6 s"],
	[4, "4 s"],
	[900, "15 min"],
	[7200, "2 h"],
	[90, "90 s"],
	[100.125, "100.13 s"],
])("%d seconds read %s", (value, text) => {
	expect(time(value)).toBe(text);
});
