import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Objectives, Plan, PlanOverrides, SiteFacts } from "../../objectives/index.ts";
import {
	atLeastAsStrict,
	duration,
	forecast,
	objectives,
	plan,
	scenarioMeanings,
	scenarios,
	size,
	UserError,
	weakened,
} from "../../objectives/index.ts";
import { anyObjectives, generousObjectives, sharpObjectives, site, sites } from "./arbitraries.ts";

const here = site();

describe("a plan", () => {
	test("lets a critical database's replicas serve data of 10 s, a standard one's of a minute", () => {
		expect(plan(objectives("critical"), here).readLagLimit).toBe(duration("10s"));
		expect(plan(objectives("standard"), here).readLagLimit).toBe(duration("1m"));
	});

	test("keeps every promise that it was made from", () => {
		let kept = 0;
		fc.assert(
			fc.property(generousObjectives, sites, (promised, place) => {
				const made = attempt(promised, place);
				if (made instanceof UserError) return;
				kept++;
				for (const { scenario, rto, rpo } of Object.values(forecast(made, place))) {
					expect(rto.seconds).toBeLessThanOrEqual(promised.scenarios[scenario].rto / 1000);
					expect(rpo.seconds).toBeLessThanOrEqual(promised.scenarios[scenario].rpo / 1000);
				}
			}),
			{ numRuns: 100 },
		);
		expect(kept).toBeGreaterThan(10);
	});

	test("never gets laxer from stricter objectives or a stricter tier", () => {
		const seen = { same: 0, stricter: 0 };
		fc.assert(
			fc.property(sharpObjectives, ({ place, wanted, stricter }) => {
				const tight = attempt(stricter, place);
				if (tight instanceof UserError) return;
				const loose = attempt(wanted, place);
				// What keeps the stricter promise keeps this one too, so it cannot be refused.
				if (loose instanceof UserError) throw loose;
				expect(weakened(tight, loose)).toEqual([]);
				seen[atLeastAsStrict(loose, tight) ? "same" : "stricter"]++;
			}),
			{ numRuns: 250 },
		);
		expect(seen.same).toBeGreaterThan(20);
		expect(seen.stricter).toBeGreaterThan(20);
	});

	test("that cannot be made is refused with the scenario, the term and a remedy; following the remedies leads to a plan", () => {
		let refused = 0;
		fc.assert(
			fc.property(anyObjectives, sites, (promised, place) => {
				const first = attempt(promised, place);
				if (isAboutZones(first)) return;
				if (first instanceof UserError) refused++;
				const made = mended(promised, place);
				expect(made).not.toBeInstanceOf(UserError);
			}),
			{ numRuns: 100 },
		);
		expect(refused).toBeGreaterThan(40);
	});

	test("survives JSON and is made alike twice", () => {
		fc.assert(
			fc.property(generousObjectives, sites, (promised, place) => {
				const made = attempt(promised, place);
				if (made instanceof UserError) return;
				expect(JSON.parse(JSON.stringify(made))).toEqual(made);
				expect(attempt(promised, place)).toEqual(made);
			}),
		);
	});

	test("of a critical database has the failover settings that the watchdog is built for", () => {
		expect(plan(objectives("critical"), here)).toMatchObject({
			topology: { instances: 3, acks: 1, antiAffinity: "required", watchdogs: 3 },
			failover: {
				probePeriod: 250,
				probeTimeout: 1000,
				confirmations: 2,
				leaseDuration: 2500,
				leaseRenewPeriod: 500,
				holdOff: 60000,
			},
			backup: { full: "0 2 * * *", incremental: "0 * * * *", archiveFlushInterval: 5000 },
		});
	});

	test("backs up more often where the volume takes longer to restore", () => {
		const incremental = (volume: string) =>
			plan(objectives("critical"), site({ volume: size(volume) })).backup.incremental;
		expect(incremental("2Gi")).toBe("0 * * * *");
		expect(incremental("100Gi")).toBe("*/30 * * * *");
	});

	test("waits for a lagging applier no longer than the promise allows", () => {
		const limit = (rto: string) => plan(objectives("critical", { rto: duration(rto) }), here).failover.catchUpLimit;
		expect(limit("15m")).toBe(30_000);
		expect(limit("20s")).toBe(5_000);
		expect(limit("13s")).toBe(1_000);
	});

	test("keeps backups for at least two of their own gaps", () => {
		const overrides = { schedules: { full: "0 3 1 * *" } };
		const made = plan(objectives("critical"), here, overrides);
		expect(made.backup.retention.full).toBe(duration("62d"));
		expect(made.backup.retention.archive).toBe(duration("62d"));
	});

	test("heeds evidence: a fast restore lets a large volume keep its promise", () => {
		const large = site({ volume: size("500Gi") });
		const rates = [
			{ rate: "restore" as const, value: 1e9, what: "restore test" },
			{ rate: "clone" as const, value: 1e9, what: "rebuild drill" },
		];
		expect(() => plan(objectives("critical"), large)).toThrow(UserError);
		const made = plan(objectives("critical"), large, {}, { rates });
		expect(Object.values(forecast(made, large, { rates })).every(({ holds }) => holds)).toBe(true);
	});
});

describe("zones", () => {
	test("are three for a critical database", () => {
		expect(() => plan(objectives("critical"), site({ zones: ["a", "b"] }))).toThrow(
			"site.zones: 2 zones (a, b) cannot keep 3 instances apart; a critical database needs 3 zones with a node each: name 1 more",
		);
		expect(() => plan(objectives("critical"), site({ zones: ["a", "b", "b"] }))).toThrow(/^site\.zones: 2 zones/);
	});

	test("may be two for a standard one that says what a lost zone may cost, and then share one by preference", () => {
		const two = site({ zones: ["a", "b"] });
		expect(() => plan(objectives("standard"), two)).toThrow(
			/^scenarios\.zone\.rto: .* or name a third zone in site\.zones/,
		);
		const scenarios = { zone: { rto: duration("1h"), rpo: duration("5m") } };
		const made = plan(objectives("standard", { scenarios }), two);
		expect(made.topology.antiAffinity).toBe("preferred");
		expect(plan(objectives("standard"), here).topology.antiAffinity).toBe("required");
	});

	test("are never one", () => {
		expect(() => plan(objectives("standard"), site({ zones: ["a"] }))).toThrow(/^site\.zones: 1 zone \(a\)/);
		expect(() => plan(objectives("standard"), site({ zones: [] }))).toThrow(/^site\.zones: 0 zones \(none\)/);
	});
});

describe("an override", () => {
	test("of the archive that breaks the RPO is refused with its field and the longest interval that holds", () => {
		const flush = (text: string): PlanOverrides => ({ archive: { flushInterval: duration(text) } });
		expect(() => plan(objectives("critical"), here, flush("15m"))).toThrow(
			'archive.flushInterval: 15m breaks the RPO of 5m when the whole region is lost: the forecast is 15m8s, of which "archive flush" takes 15m; set at most 4m52s, or leave it to the plan',
		);
		expect(plan(objectives("critical"), here, flush("4m52s")).backup.archiveFlushInterval).toBe(292_000);
		expect(() => plan(objectives("critical"), here, flush("4m52001ms"))).toThrow(/^archive\.flushInterval/);
	});

	test("of the incremental schedule that breaks an RTO is refused with its field", () => {
		expect(() => plan(objectives("critical"), here, { schedules: { incremental: "0 0 * * 0" } })).toThrow(
			/^schedules\.incremental: "0 0 \* \* 0" \(up to 7d apart\) breaks the RTO of 2h .* "replay"/,
		);
	});

	test("that cannot be read is refused with its field; every one of them", () => {
		const schedules = { full: "daily", snapshots: "0 2 * * 7", logical: "0 4 * * *" };
		const error = attempt(objectives("critical"), here, { schedules });
		expect(error instanceof UserError && error.problems.map(({ field }) => field)).toEqual([
			"schedules.full",
			"schedules.snapshots",
		]);
	});

	test("is not blamed for an objective that could not be kept without it either", () => {
		const promised = objectives("critical", { rpo: duration("3s") });
		expect(() => plan(promised, here, { archive: { flushInterval: duration("5s") } })).toThrow(
			/^rpo: 3s cannot be kept/,
		);
	});
});

function attempt(promised: Objectives, place: SiteFacts, overrides: PlanOverrides = {}): Plan | UserError {
	try {
		return plan(promised, place, overrides);
	} catch (error) {
		if (error instanceof UserError) return error;
		throw error;
	}
}

/** Follows remedies until they lead to a plan, four times at most. */
function mended(promised: Objectives, place: SiteFacts, rounds = 4): Plan | UserError {
	const made = attempt(promised, place);
	if (!(made instanceof UserError) || rounds === 0) return made;
	for (const problem of made.problems) expectNamed(problem, place);
	return mended(made.problems.reduce(follow, promised), place, rounds - 1);
}

function isAboutZones(made: Plan | UserError): boolean {
	return made instanceof UserError && made.field === "site.zones";
}

/** The error names one scenario by its title, and the largest term of that scenario's forecast. */
function expectNamed(problem: UserError, place: SiteFacts): void {
	const named = scenarios.filter((scenario) => problem.message.includes(`when ${scenarioMeanings[scenario].title}:`));
	expect(named).toHaveLength(1);
	const term = /of which "([^"]+)" takes/.exec(problem.message)?.[1];
	const two = place.zones.length === 2;
	const calm = plan(objectives("standard", two ? wide : {}), { ...place, volume: size("2Gi") });
	const [scenario = "pod"] = named;
	const measure = problem.field.endsWith("rpo") ? "rpo" : "rto";
	expect(forecast(calm, place)[scenario][measure].terms.map(({ name }) => name)).toContain(term);
}

const wide = { scenarios: { zone: { rto: duration("2h"), rpo: duration("2h") } } };

/** Does what a remedy says: `set scenarios.zone.rto to 10m8s or more`. */
function follow(promised: Objectives, problem: UserError): Objectives {
	const [, field = "", least = ""] = /^set (\S+) to (\S+) or more/.exec(problem.remedy) ?? [];
	const time = duration(least);
	const measure = field.endsWith("rpo") ? "rpo" : "rto";
	const own = /^scenarios\.(\w+)\./.exec(field)?.[1];
	const entries = scenarios.map((scenario) => {
		const objective = promised.scenarios[scenario];
		const meaning = scenarioMeanings[scenario];
		const inherits = measure === "rpo" ? meaning.rpo === "tier" : meaning.site;
		const meant = own === undefined ? inherits && objective[measure] === promised[measure] : own === scenario;
		return [scenario, meant ? { ...objective, [measure]: time } : objective];
	});
	const top = own === undefined ? { [measure]: time } : {};
	return { ...promised, ...top, scenarios: Object.fromEntries(entries) };
}
