/** What people look up must be there under the name by which they know it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { alertMeanings } from "../../../runtime/failover/alerts.ts";
import { Measures } from "../../../runtime/failover/measures.ts";
import { metrics } from "../../../runtime/failover/metrics.ts";

/** With its tables' padding taken away. */
const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "monitoring.md"), "utf8").replaceAll(
	/ +/g,
	" ",
);
/** First cells of the tables, without their labels. */
const rows = [...text.matchAll(/^\| `([A-Za-z_]+)/gm)].map(([, name]) => name);

test("docs/monitoring.md names every metric, and none that is not there", async () => {
	const registry = metrics(
		() => null,
		() => false,
	);
	new Measures(registry);
	const there = (await registry.getMetricsAsArray())
		.map(({ name }) => name)
		.filter((name) => name.startsWith("mysql_"));
	expect(rows.filter((name) => name?.startsWith("mysql_")).sort()).toEqual(there.sort());
});

test("docs/monitoring.md names every alert with its meaning and what to do, as the program says it", () => {
	const lines = Object.entries(alertMeanings).map(
		([name, { means, remedy }]) => `| \`${name}\` | ${means} | ${remedy} |`,
	);
	for (const line of lines) expect(text).toContain(line);
	expect(rows.filter((name) => !name?.startsWith("mysql_"))).toHaveLength(lines.length);
});
