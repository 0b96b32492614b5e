import { describe, expect, test } from "@jest/globals";
import { atLeastAsStrict, duration, objectives, type Plan, plan, weakened } from "../../objectives/index.ts";
import { archiveLadder, failoverLadder, incrementalLadder } from "../../objectives/ladders.ts";
import { site } from "./arbitraries.ts";

const here = site();

describe("the order of plans", () => {
	const made = plan(objectives("critical"), here);
	const weaker: readonly (readonly [string, Plan])[] = [
		["failover.probePeriod", { ...made, failover: { ...made.failover, probePeriod: duration("1s") } }],
		["failover.detection", { ...made, failover: { ...made.failover, confirmations: 3 } }],
		["failover.leaseDuration", { ...made, failover: { ...made.failover, leaseDuration: duration("4s") } }],
		["backup.archiveFlushInterval", { ...made, backup: { ...made.backup, archiveFlushInterval: duration("6s") } }],
		["backup.incremental", { ...made, backup: { ...made.backup, incremental: null } }],
		["backup.full", { ...made, backup: { ...made.backup, full: "0 2 * * 0" } }],
		[
			"backup.retention.full",
			{ ...made, backup: { ...made.backup, retention: { ...made.backup.retention, full: duration("1d") } } },
		],
		["validation.schedule", { ...made, validation: { schedule: "0 0 1 * *" } }],
		["topology.antiAffinity", { ...made, topology: { ...made.topology, antiAffinity: "preferred" } }],
		["drills.restore", { ...made, drills: { ...made.drills, restore: "0 0 1 1 *" } }],
	];

	test.each(weaker)("finds %s weakened, in one direction only", (name, changed) => {
		expect(weakened(changed, made)).toContain(name);
		expect(atLeastAsStrict(changed, made)).toBe(false);
		expect(weakened(made, changed)).toEqual([]);
	});

	test("ranks each rung of each ladder at least as strict as the one before", () => {
		const climbs = failoverLadder.map((rung) => ({ ...made, ...rung }));
		const flushes = archiveLadder.map((archiveFlushInterval) => ({
			...made,
			backup: { ...made.backup, archiveFlushInterval },
		}));
		const backups = incrementalLadder.map((incremental) => ({ ...made, backup: { ...made.backup, incremental } }));
		for (const ladder of [climbs, flushes, backups])
			for (const [index, rung] of ladder.slice(1).entries()) {
				const below = ladder[index] as Plan;
				expect(weakened(rung, below)).toEqual([]);
				expect(weakened(below, rung)).not.toEqual([]);
			}
	});
});
