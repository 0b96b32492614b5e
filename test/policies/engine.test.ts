/** The cases once more, through the real engine and the pack as it is shipped. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Engine, presentEngine } from "../../local/engine/engine.ts";
import type { PolicyReport } from "../../local/engine/policyEvents.ts";
import { cases as allCases } from "./cases/all.ts";
import { expectedOf, type PlacedCase, saidOf } from "./cases/case.ts";
import { oneOfEach } from "./oneOfEach.ts";
import { Previews } from "./previews.ts";
import { proven } from "./proven.ts";

const cases = allCases.filter(({ rulesAlone }) => !rulesAlone);

const engine = await presentEngine();
const inEngine = engine ? describe : describe.skip;

const program = join(import.meta.dirname, "engine");

/** For a hang alone: all of them take two minutes or three, and many more where others keep the processors busy. */
const patience = 1_800_000;

inEngine("a preview of", () => {
	const reports = new Map<PlacedCase, PolicyReport>();
	const open: Previews[] = [];
	const newStack = async (deployed?: PlacedCase): Promise<Previews> => {
		const previews = await Previews.open(engine as Engine, { folder: program, project: "test", stack: "test" });
		open.push(previews);
		if (deployed) await previews.deploy(declare([deployed], "before"));
		return previews;
	};
	const preview = async (previews: Previews, together: readonly PlacedCase[]): Promise<void> => {
		const own = together.flatMap((one) => (one.config ? [[one.rule, one.config]] : []));
		const config = { ...proven(), ...Object.fromEntries(own) };
		const report = await previews.preview(declare(together, "now"), config);
		expect(report.errors).toEqual([]);
		for (const one of together) reports.set(one, report);
	};

	beforeAll(async () => {
		const empty = await newStack();
		for (const together of batches(cases.filter(({ outputs }) => !outputs))) await preview(empty, together);
		const deployments = Map.groupBy(
			cases.filter(({ outputs }) => outputs),
			({ outputs }) => JSON.stringify(outputs?.before),
		);
		for (const same of deployments.values()) {
			const deployed = await newStack(same[0]);
			for (const one of same) await preview(deployed, [one]);
		}
	}, patience);

	afterAll(async () => {
		for (const previews of open) await previews.close();
	});

	test.each(cases.map((one) => [one.rule, one.title, one] as const))("%s: %s", (_rule, _title, one) => {
		const lines = reports.get(one)?.lines.filter((line) => one.outputs || line.urn.includes(`::${one.namespace}/`));
		expect(saidOf(one, lines ?? [])).toEqual(expectedOf(one));
		for (const line of lines ?? []) expect(line.level).toBe(line.rule === "not-judged" ? "advisory" : "mandatory");
	});
});

/**
 * What can share a preview: a rule has one configuration in each. One that makes it refuse less says nothing of other cases;
 * one that makes it refuse more may, and so has a preview of its own.
 */
function batches(all: readonly PlacedCase[]): PlacedCase[][] {
	const plain = all.filter(({ config, apart }) => !config && !apart);
	const stricter = all.filter(({ config, apart, says, open }) => apart || (config && (says ?? open)));
	const configured = all.filter(({ config, apart }) => config && !apart);
	const laxer = configured.filter((one) => !stricter.includes(one));
	return [plain, ...stricter.map((one) => [one]), ...oneOfEach(laxer, ({ rule }) => rule)];
}

function declare(together: readonly PlacedCase[], when: "before" | "now"): Record<string, string> {
	return { MYSQL_DR_TEST_CASES: together.map(({ namespace }) => namespace).join(","), MYSQL_DR_TEST_WHEN: when };
}
