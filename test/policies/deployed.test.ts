/** What a preview cannot judge: updates, and what is deployed; by the engine. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { withPackConfig } from "../../local/commands/packConfig.ts";
import { upCommand, whyNot } from "../../local/commands/runUp.ts";
import { type Engine, presentEngine } from "../../local/engine/engine.ts";
import type { PolicyReport } from "../../local/engine/policyEvents.ts";
import { checkout } from "../../local/engine/stack.ts";
import { cases } from "./cases/all.ts";
import { Previews } from "./previews.ts";
import { proven } from "./proven.ts";

const engine = await presentEngine();
const inEngine = engine ? describe : describe.skip;

/** For a hang alone. */
const patience = 900_000;

const program = { folder: join(import.meta.dirname, "engine"), project: "test", stack: "test" };
const declare = (rule: string, title: string, when: "before" | "now" = "now") => {
	const one = cases.find((other) => other.rule === rule && other.title === title);
	if (!one) throw new Error(`no case ${rule}: ${title}`);
	return { MYSQL_DR_TEST_CASES: one.namespace, MYSQL_DR_TEST_WHEN: when };
};
const said = ({ lines }: PolicyReport) => lines.map(({ rule, level }) => [rule, level]);

inEngine("a value that is known only once it is deployed", () => {
	const unknown = declare("volumes-expandable", "a class that is not known yet");
	let previewed: PolicyReport;
	let updated: PolicyReport;
	let existing: PolicyReport;

	beforeAll(async () => {
		const stack = await Previews.open(engine as Engine, program);
		try {
			previewed = await stack.preview(unknown, proven());
			updated = await stack.up(unknown, proven());
			existing = await stack.existing(proven());
		} finally {
			await stack.close();
		}
	}, patience);

	test("is listed by a preview", () => {
		expect(said(previewed)).toEqual([["not-judged", "advisory"]]);
	});

	test("is judged, and refused, by the update", () => {
		expect(said(updated)).toEqual([["volumes-expandable", "mandatory"]]);
		expect(updated.errors).toEqual([]);
	});

	test("and by whoever asks what is deployed", () => {
		expect(said(existing)).toEqual([["volumes-expandable", "mandatory"]]);
	});
});

inEngine("a promise that is weakened", () => {
	const weaker = (when: "before" | "now") =>
		declare("promise-not-weakened", "another tier than at the last deployment", when);
	let refused: PolicyReport;
	let compared: PolicyReport;
	let existing: PolicyReport;

	beforeAll(async () => {
		const stack = await Previews.open(engine as Engine, program);
		try {
			await stack.deploy(weaker("before"));
			// As if it had been confirmed.
			await stack.deploy(weaker("now"));
			compared = await stack.existing();
			existing = await withPackConfig({ config: undefined, evidence: undefined, existing: true }, async (file) =>
				stack.existing(JSON.parse(await readFile(file, "utf8"))),
			);
			await stack.deploy(weaker("before"));
			refused = await stack.up(weaker("now"));
		} finally {
			await stack.close();
		}
	}, patience);

	test("is refused by the update", () => {
		expect(said(refused)).toContainEqual(["promise-not-weakened", "mandatory"]);
	});

	test("is no news once it is deployed, though the state still holds what was promised before", () => {
		expect(said(compared)).toContainEqual(["promise-not-weakened", "mandatory"]);
		expect(existing).toMatchObject({ lines: [], errors: [] });
	});
});

describe("npm run up", () => {
	test("has every update judged, with the user's own arguments after the pack", () => {
		const command = upCommand(["--policy-pack-config", "mine.json"]);
		expect(command).toContain("--yes");
		expect(command.slice(-4)).toEqual([
			...["--policy-pack", join(checkout, "policies")],
			...["--policy-pack-config", "mine.json"],
		]);
	});

	test("says what a policy refused, and else how it ended", () => {
		const policies = [
			"Policies:",
			"    ❌ mysql-dr@v0.1.0",
			"        - [mandatory]  grace-period  (db)",
			"          short",
		];
		const output = ["Previewing update", ...policies, "", "Resources:", "    3 to create"].join("\n");
		expect(whyNot(output, "error: preview failed\n")).toEqual(policies);
		expect(whyNot("Previewing update\n", "error: no such stack\n")).toEqual([
			"Previewing update",
			"error: no such stack",
		]);
	});
});
