import fc from "fast-check";
import type { Measure, Objective, Objectives, Plan, Scenario, SiteFacts, Tier } from "../../objectives/index.ts";
import { bytes, duration, forecast, milliseconds, objectives, plan, scenarios } from "../../objectives/index.ts";
import { archiveLadder, failoverLadder, incrementalLadder } from "../../objectives/ladders.ts";

/** A site of three zones and a small volume, with changes. */
export function site(changes: Partial<SiteFacts> = {}): SiteFacts {
	return {
		name: "dev",
		region: "local-1",
		zones: ["zone-a", "zone-b", "zone-c"],
		volume: bytes(2 ** 31),
		stores: [],
		timezone: "Etc/UTC",
		snapshots: true,
		...changes,
	};
}

export const tier: fc.Arbitrary<Tier> = fc.constantFrom("critical", "standard");

export const sites: fc.Arbitrary<SiteFacts> = fc
	.record({
		volume: fc.integer({ min: 2 ** 30, max: 2 ** 40 }).map(bytes),
		zones: fc.constantFrom(["a", "b", "c"], ["a", "b", "c", "d"], ["a", "b", "c", "e"], ["a", "b"]),
		timezone: fc.constantFrom("Etc/UTC", "Europe/Berlin", "America/New_York"),
		standby: fc.option(fc.constant({ name: "other", region: "local-2" }), { nil: undefined }),
	})
	.map(site);

/** Times spread over all magnitudes, from nothing to a fortnight. */
const times = fc
	.tuple(fc.integer({ min: 0, max: 120 }), fc.constantFrom(100, 1_000, 60_000, 7_200_000))
	.map(([count, step]) => milliseconds(count * step));

/** Objectives that somebody might write: every scenario for itself, or the tier's. */
export const anyObjectives: fc.Arbitrary<Objectives> = fc
	.tuple(
		tier,
		fc.record({
			rto: fc.option(times, { nil: undefined }),
			rpo: fc.option(times, { nil: undefined }),
			scenarios: fc.dictionary(
				fc.constantFrom(...scenarios),
				fc.record({ rto: fc.option(times, { nil: undefined }), rpo: fc.option(times, { nil: undefined }) }),
			),
		}),
	)
	.map(([ofTier, stated]) => objectives(ofTier, stated));

/** Objectives that can mostly be kept at a site of three zones: from just under what is possible to easy. */
export const generousObjectives: fc.Arbitrary<Objectives> = fc
	.tuple(tier, fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 14, maxLength: 14 }))
	.map(([ofTier, shares]) => {
		const between = (index: number, [least, most]: readonly [string, string]) =>
			milliseconds(duration(least) + ((duration(most) - duration(least)) * (shares[index] ?? 0)) / 1000);
		const entries = scenarios.map((scenario, index): [Scenario, Objective] => [
			scenario,
			{ rto: between(index, ranges[scenario].rto), rpo: between(index + 7, ranges[scenario].rpo) },
		]);
		return objectives(ofTier, { scenarios: Object.fromEntries(entries) });
	});

type Range = readonly [string, string];

const ranges: Readonly<Record<Scenario, Readonly<Record<"rto" | "rpo", Range>>>> = {
	pod: { rto: ["3900ms", "90s"], rpo: ["0s", "1s"] },
	node: { rto: ["11s", "90s"], rpo: ["0s", "1s"] },
	volume: { rto: ["2h", "3h"], rpo: ["0s", "1s"] },
	zone: { rto: ["11s", "90s"], rpo: ["0s", "1s"] },
	cluster: { rto: ["3h", "5h"], rpo: ["4s", "2m"] },
	region: { rto: ["3h", "5h"], rpo: ["8500ms", "2m"] },
	badData: { rto: ["3h", "5h"], rpo: ["1s", "2s"] },
};

/** Objectives, and stricter ones: each time is what some rungs of the ladders lead to at this site, to the millisecond. */
export const sharpObjectives = fc
	.tuple(sites, tier, tier, fc.array(rungs(), { minLength: 28, maxLength: 28 }))
	.map(([place, loose, tight, drawn]) => {
		const base = widest(place);
		const times = drawn.map((rung) => forecast(onRungs(base, rung), place));
		const promised = (first: number, ofTier: Tier) =>
			objectives(ofTier, {
				scenarios: Object.fromEntries(
					scenarios.map((scenario, index) => [
						scenario,
						{
							rto: milliseconds(Math.round((times[first + index]?.[scenario].rto.seconds ?? 0) * 1000)),
							rpo: milliseconds(Math.round((times[first + 7 + index]?.[scenario].rpo.seconds ?? 0) * 1000)),
						},
					]),
				),
			});
		const wanted = promised(0, loose);
		return { place, wanted, stricter: tightest(wanted, promised(14, tight)) };
	});

type Rung = readonly [failover: number, archive: number, incremental: number];

/** Mostly the laxest rungs: one strict time must not hide behind another. */
function rungs(): fc.Arbitrary<Rung> {
	const index = (ladder: readonly unknown[]) => fc.oneof(fc.constant(0), fc.nat(ladder.length - 1));
	return fc.tuple(index(failoverLadder), index(archiveLadder), index(incrementalLadder));
}

function onRungs(plan: Plan, [failover, archive, incremental]: Rung): Plan {
	return {
		...plan,
		...failoverLadder[failover],
		backup: {
			...plan.backup,
			archiveFlushInterval: archiveLadder[archive] ?? plan.backup.archiveFlushInterval,
			incremental: incrementalLadder[incremental] ?? null,
		},
	};
}

/** A plan that promises next to nothing. */
function widest(place: SiteFacts): Plan {
	const idle = { rto: duration("9000d"), rpo: duration("9000d") };
	const all = Object.fromEntries(scenarios.map((scenario) => [scenario, idle]));
	return plan(objectives("standard", { scenarios: all }), place);
}

function tightest(one: Objectives, other: Objectives): Objectives {
	const least = (scenario: Scenario, measure: Measure) =>
		milliseconds(Math.min(one.scenarios[scenario][measure], other.scenarios[scenario][measure]));
	return {
		...one,
		tier: one.tier === "critical" ? "critical" : other.tier,
		scenarios: Object.fromEntries(
			scenarios.map((scenario) => [scenario, { rto: least(scenario, "rto"), rpo: least(scenario, "rpo") }]),
		) as Objectives["scenarios"],
	};
}
