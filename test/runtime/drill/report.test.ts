import { describe, expect, test } from "@jest/globals";
import { judge, type Measurements } from "../../../runtime/drill/judgement.ts";
import { drillReport, summarise, worstVerdict } from "../../../runtime/drill/report.ts";
import { reportLines, seriesLines } from "../../../runtime/drill/reportText.ts";
import { painter } from "../../../runtime/terminal/paint.ts";
import { failureAt, forecast, ledger, measurements } from "./scene.ts";

function report(seen: Measurements = measurements()) {
	return drillReport({
		cluster: "shop",
		startedAt: failureAt - 10_000,
		seen,
		forecast: forecast(),
		judgement: judge(seen, forecast()),
		ledger: seen.ledger,
		sysbench: { tpsBefore: 40.2, tpsAfter: 39 },
	});
}

const plain = painter(false);

test("the document has the fields that scripts rely on", () => {
	expect(report()).toMatchObject({
		scenario: "pod",
		cluster: "shop",
		startedAt: "2026-11-22T12:00:00.000Z",
		objective: { rtoSeconds: 300, rpoSeconds: 0 },
		forecast: {
			rtoSeconds: 1.5,
			rpoSeconds: 0,
			terms: [{ name: "detection", seconds: 1.5, source: "default: probes" }],
		},
		measured: { rtoSeconds: 2, rpoSeconds: 0 },
		acknowledged: 4000,
		lost: 0,
		verdict: "held",
	});
});

test("the text, line by line", () => {
	expect(reportLines(report(), plain, 42)).toEqual([
		"drill pod: mysqld of mysql-0 killed, mysql-1 took over",
		"",
		"  -0.01 s  last write acknowledged",
		"  +0.00 s  mysqld of mysql-0 killed",
		"  +1.20 s  receivers stopped",
		"  +1.70 s  mysql-1 promoted",
		"  +1.99 s  first write acknowledged again",
		"  +7.00 s  mysql-0 allowed to start again",
		" +12.50 s  protected again",
		"",
		"acknowledged writes, -1.00 s to +3.00 s:",
		"██████████····················▄▄▄▄▄▄▄▄▄▄",
		"",
		"                measured  forecast  objective",
		"write downtime  2.0 s     1.5 s     5 min",
		"data lost       0.00 s    0.00 s    0.00 s",
		"",
		"4000 writes acknowledged, 0 of them lost; 8 without an answer",
		"sysbench: 40.2 transactions/s before, 39 after",
		"the instance was back and all protected 5.5 s after it was let go",
		"verdict: held",
	]);
});

test("a volume's text tells the writes' downtime from the time until every copy is back", () => {
	const copy = {
		recovered: "copy",
		caused: "everything on the volume of mysql-0 destroyed",
		releasedAt: null,
	} as const;
	const lines = reportLines({ ...report(measurements(copy)), scenario: "volume" }, plain, 42);
	expect(lines[0]).toBe("drill volume: everything on the volume of mysql-0 destroyed, mysql-1 took over");
	expect(lines.slice(12, 16)).toEqual([
		"                        measured  forecast  objective",
		"write downtime          2.0 s",
		"writes and copies back  13 s      1.5 s     5 min",
		"data lost               0.00 s    0.00 s    0.00 s",
	]);
	expect(lines).toContain("the instance was back and all protected 13 s after its volume was destroyed");
});

test("a broken promise says why in the line of the verdict", () => {
	const lines = reportLines(
		report(measurements({ ledger: ledger({ lost: 2, firstLostAt: failureAt - 100 }) })),
		plain,
		80,
	);
	expect(lines.at(-1)).toBe("verdict: broken; 2 acknowledged writes are lost");
});

describe("several runs", () => {
	const longer = (ms: number) =>
		report(measurements({ ledger: ledger({ gaps: [{ start: failureAt, end: failureAt + ms }] }) }));

	test("give the median downtime, the sums and each run", () => {
		const series = summarise([longer(1_000), longer(4_000), longer(2_500)]);
		expect(series).toMatchObject({
			measured: { rtoSeconds: 2.5, rpoSeconds: 0 },
			spread: { leastSeconds: 1, mostSeconds: 4 },
			acknowledged: 12_000,
			verdict: "held",
		});
		expect(series.runs).toHaveLength(3);
		expect(seriesLines(series, plain)).toEqual([
			"RUN  PRIMARY             DOWN   REJOINED  ACKNOWLEDGED  LOST  VERDICT",
			"1    mysql-0 -> mysql-1  1.0 s  5.5 s     4000          0     held",
			"2    mysql-0 -> mysql-1  4.0 s  5.5 s     4000          0     held",
			"3    mysql-0 -> mysql-1  2.5 s  5.5 s     4000          0     held",
			"",
			"write downtime: median 2.5 s, least 1.0 s, most 4.0 s; objective 5 min",
			"12000 writes acknowledged, 0 of them lost",
			"verdict: held",
		]);
	});

	test("that were not all made prove nothing", () => {
		const series = summarise([longer(1_000)], 3);
		expect(series).toMatchObject({ verdict: "aborted", reasons: ["2 runs were not made"] });
		expect(seriesLines(series, plain).at(-1)).toBe("verdict: aborted; 2 runs were not made");
	});

	test("are as bad as the worst of them", () => {
		expect(worstVerdict(["held", "aborted", "broken"])).toBe("broken");
		expect(worstVerdict(["held", "aborted"])).toBe("aborted");
		expect(worstVerdict(["held"])).toBe("held");
	});
});
