/** Settings of production that are better not set, each refused by the right rule, and as many that may be: by the engine. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Engine, presentEngine } from "../../local/engine/engine.ts";
import type { PolicyReport } from "../../local/engine/policyEvents.ts";
import { notJudgedText } from "../../policies/frame/ledger.ts";
import { Previews } from "./previews.ts";
import { belongs } from "./prod/alterDeclared.ts";
import { batches, configWith, databasesOf } from "./prod/config.ts";
import type { Row } from "./prod/row.ts";
import { good, refusedAtTheDoor, refusedByRules, refusedInClouds } from "./prod/table.ts";
import { proven } from "./proven.ts";

const engine = await presentEngine();
const inEngine = engine ? describe : describe.skip;

const refused = [...refusedByRules, ...refusedInClouds];

/** For a hang alone. */
const patience = 900_000;

test("the table has sixty bad settings and thirty good ones", () => {
	expect(refused.length + refusedAtTheDoor.length).toBeGreaterThanOrEqual(60);
	expect(good.length).toBeGreaterThanOrEqual(30);
});

inEngine("of the settings of production", () => {
	const reports = new Map<Row, PolicyReport>();
	const open: Previews[] = [];

	beforeAll(async () => {
		const together = [...batches(refused), ...batches(good), ...batches(refusedAtTheDoor)];
		const folder = join(import.meta.dirname, "prod");
		const previews = await Previews.open(engine as Engine, { folder, project: "mysql-dr", stack: "prod" });
		open.push(previews);
		await previews.deploy({ MYSQL_DR_TEST_WHEN: "before" });
		for (const batch of together) {
			await previews.configure(configWith(batch));
			const report = await previews.preview({}, proven([...databasesOf(batch).keys()]));
			for (const row of batch) reports.set(row, report);
		}
	}, patience);

	afterAll(async () => {
		for (const previews of open) await previews.close();
	});

	test.each(refused.map((row) => [row.title, row.rule, row] as const))("%s: refused by %s", (_, rule, row) => {
		expect(reports.get(row)?.errors).toEqual([]);
		expect(spoken(row)).toContain(rule);
	});

	test.each([...Map.groupBy(refused, placeOf)])("%s is refused by no other rule", (_, sharing) => {
		const expected = sharing.flatMap(({ rule, also, open }) => [rule, also, ...(open ? [notJudgedText.name] : [])]);
		expect(sharing.flatMap(spoken).filter((rule) => !expected.includes(rule))).toEqual([]);
	});

	test.each(good.map((row) => [row.title, row] as const))("%s: nothing to say", (_, row) => {
		expect(reports.get(row)?.errors).toEqual([]);
		expect(spoken(row)).toEqual([]);
	});

	test.each(refusedAtTheDoor.map((row) => [row.title, row.door, row] as const))(
		"%s: refused at the door, %s",
		(_, door, row) => {
			const own = refusedAtTheDoor.filter(({ stack }) => !stack).indexOf(row);
			const field = own < 0 ? door : `databases[${own}].${door}`;
			expect(reports.get(row)?.errors.join("\n").split("\n")).toContainEqual(expect.stringMatching(start(field)));
		},
	);

	/** The rules that spoke of the row's database, or of its promise; where it changes something else, of anything. */
	function spoken(row: Row): string[] {
		const lines = reports.get(row)?.lines ?? [];
		const shown = lines.filter(
			({ urn, text }) =>
				row.stack || belongs(row, urn.split("::").at(-1) ?? "") || text.includes(`databases.${row.name}.`),
		);
		return [...new Set(shown.map(({ rule }) => rule))];
	}
});

/** What rows share, so that a rule which speaks of one of them may speak of any: a database, or a whole preview. */
function placeOf(row: Row): string {
	if (row.cloud) return `production in ${row.cloud}`;
	return row.stack ? `site and sections ${batches(refused).findIndex((batch) => batch.includes(row))}` : row.name;
}

/** How the line about a field begins. */
function start(field = ""): RegExp {
	return new RegExp(`(^|: )${field.replace(/[.[\]]/g, "\\$&")}: `);
}
