/** Builders for drills that were seen: a kill at 10 s, mysql-1 serving again 2 s later. */
import { duration, milliseconds } from "../../../objectives/duration.ts";
import type { Forecast } from "../../../objectives/forecast.ts";
import type { Measurements } from "../../../runtime/drill/judgement.ts";
import type { LedgerReport } from "../../../runtime/drill/messages.ts";
import type { Change } from "../../../runtime/failover/record.ts";

export const failureAt = Date.parse("2026-11-22T12:00:10.000Z");

export function change(with_: Partial<Change> = {}): Change {
	return {
		kind: "failover",
		term: 2,
		from: "mysql-0",
		to: "mysql-1",
		reason: "the primary is dead",
		startedAt: "2026-11-22T12:00:11.200Z",
		finishedAt: "2026-11-22T12:00:11.800Z",
		steps: [
			{ at: "2026-11-22T12:00:11.200Z", step: "receivers stopped" },
			{ at: "2026-11-22T12:00:11.700Z", step: "mysql-1 promoted" },
		],
		gtidBefore: {},
		gtidAfter: "",
		...with_,
	};
}

export function ledger(with_: Partial<LedgerReport> = {}): LedgerReport {
	return {
		type: "report",
		acknowledged: 4000,
		unknown: 8,
		unknownPresent: 3,
		refused: 2,
		lost: 0,
		lostIds: [],
		firstLostAt: null,
		checked: [
			{ name: "mysql-primary", missing: 0 },
			{ name: "mysql-0", missing: 0 },
		],
		firstAckAt: failureAt - 10_000,
		lastAckAt: failureAt + 20_000,
		gaps: [
			{ start: failureAt - 10, end: failureAt + 1_990 },
			{ start: failureAt - 5_000, end: failureAt - 4_900 },
		],
		series: {
			from: failureAt - 1_000,
			sliceMs: 100,
			counts: [...Array(10).fill(8), ...Array(20).fill(0), ...Array(10).fill(4)],
		},
		...with_,
	};
}

export function measurements(with_: Partial<Measurements> = {}): Measurements {
	return {
		failureAt,
		victim: "mysql-0",
		caused: "mysqld of mysql-0 killed",
		recovered: "writes",
		told: [],
		ledger: ledger(),
		change: change(),
		releasedAt: failureAt + 7_000,
		protectedAt: failureAt + 12_500,
		endedAt: failureAt + 21_000,
		...with_,
	};
}

export function forecast(rto = "5m", rpo = "0s"): Forecast {
	const terms = [{ name: "detection", seconds: 1.5, source: "default: probes" }];
	return {
		scenario: "pod",
		rto: { seconds: 1.5, terms },
		rpo: { seconds: 0, terms: [] },
		objective: { rto: duration(rto), rpo: rpo === "0s" ? milliseconds(0) : duration(rpo) },
		holds: true,
		broken: [],
	};
}
