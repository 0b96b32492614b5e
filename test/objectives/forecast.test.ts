import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Evidence, Forecast, Measure, Plan } from "../../objectives/index.ts";
import { bytes, duration, forecast, objectives, plan, scenarios, size } from "../../objectives/index.ts";
import { anyObjectives, site, sites } from "./arbitraries.ts";

const here = site();
const critical = plan(objectives("critical"), here);

/** A plan as it would be for other objectives: what is promised does not change what happens. */
const plans = fc.tuple(anyObjectives, fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 1, max: 1e5 })).map(
	([promised, flush, probe]): Plan => ({
		...critical,
		objectives: promised,
		failover: { ...critical.failover, probePeriod: probe as Plan["failover"]["probePeriod"] },
		backup: { ...critical.backup, archiveFlushInterval: flush as Plan["backup"]["archiveFlushInterval"] },
	}),
);

const evidence: fc.Arbitrary<Evidence> = fc.record({
	terms: fc.array(
		fc.record({
			term: fc.constantFrom("promotion", "detection", "decision", "upload", "restore", "archive flush"),
			scenario: fc.option(fc.constantFrom(...scenarios), { nil: undefined }),
			seconds: fc.double({ min: 0, max: 1e5, noNaN: true }),
			what: fc.constant("a drill"),
		}),
	),
	rates: fc.array(
		fc.record({
			rate: fc.constantFrom("restore", "clone", "replay"),
			value: fc.double({ min: 1000, max: 1e9, noNaN: true }),
			what: fc.constant("a drill"),
		}),
	),
});

describe("a forecast", () => {
	test("is the sum of its named terms, whatever the plan, the site and the evidence", () => {
		fc.assert(
			fc.property(plans, sites, evidence, (made, place, measured) => {
				for (const found of Object.values(forecast(made, place, measured)))
					for (const { seconds, terms } of [found.rto, found.rpo]) {
						const sum = terms.reduce((whole, term) => whole + Math.round(term.seconds * 1000), 0);
						expect(Math.round(seconds * 1000)).toBe(sum);
						expect(terms.length).toBeGreaterThan(0);
						expect(new Set(terms.map(({ name }) => name)).size).toBe(terms.length);
					}
			}),
		);
	});

	test("says of each term where it comes from", () => {
		fc.assert(
			fc.property(plans, sites, evidence, (made, place, measured) => {
				for (const { rto, rpo } of Object.values(forecast(made, place, measured)))
					for (const { source, seconds } of [...rto.terms, ...rpo.terms]) {
						expect(source).toMatch(/^(default|measured): \S/);
						expect(seconds).toBeGreaterThanOrEqual(0);
					}
			}),
		);
	});

	test("holds exactly when neither sum exceeds its objective, and else names the largest term of what is broken", () => {
		fc.assert(
			fc.property(plans, sites, (made, place) => {
				for (const found of Object.values(forecast(made, place))) {
					const broken = (["rto", "rpo"] as const).filter(
						(measure) => total(found, measure) > found.objective[measure] / 1000 + 1e-6,
					);
					expect(found.broken).toEqual(broken);
					expect(found.holds).toBe(broken.length === 0);
					const terms = broken[0] ? found[broken[0]].terms : [];
					const most = Math.max(...terms.map(({ seconds }) => seconds));
					expect(found.limit).toEqual(terms.find(({ seconds }) => seconds === most));
				}
			}),
		);
	});

	test("of a critical database on the local site is this", () => {
		const table = Object.values(forecast(critical, here)).map(({ scenario, rto, rpo }) => [
			scenario,
			rto.seconds,
			rpo.seconds,
		]);
		expect(table).toEqual([
			["pod", 4.6, 0],
			["node", 11.6, 0],
			["volume", 81.417, 0],
			["zone", 11.6, 0],
			["cluster", 2987.52, 8],
			["region", 2987.52, 13],
			["badData", 2807.62, 1],
		]);
	});

	test("counts detection as probe period x confirmations + probe timeout", () => {
		const failover = {
			...critical.failover,
			probePeriod: duration("3s"),
			confirmations: 4,
			probeTimeout: duration("7s"),
		};
		expect(seconds(forecast({ ...critical, failover }, here).pod, "rto", "detection")).toBe(3 * 4 + 7);
	});

	test("counts the lease only where the leading watchdog may be lost with the primary", () => {
		const with_ = scenarios.filter((scenario) =>
			forecast(critical, here)[scenario].rto.terms.some(({ name }) => name === "lease"),
		);
		expect(with_).toEqual(["node", "zone"]);
		expect(seconds(forecast(critical, here).zone, "rto", "lease")).toBe(3);
	});

	test("loses nothing with a pod, a node, a volume or a zone, as long as instances are zones apart", () => {
		for (const scenario of ["pod", "node", "volume", "zone"] as const)
			expect(forecast(critical, here)[scenario].rpo.seconds).toBe(0);
		const topology = { ...critical.topology, zones: ["a", "b"] };
		expect(forecast({ ...critical, topology }, here).zone.rpo.seconds).toBe(8);
	});

	test("restores a volume at the restore rate", () => {
		const large = forecast(critical, site({ volume: size("130G") }));
		expect(seconds(large.cluster, "rto", "restore")).toBe(1000);
		expect(seconds(large.badData, "rto", "restore")).toBe(1000);
	});

	test("needs no restore in another region where a standby site takes over", () => {
		const standby = { name: "other", region: "local-2" };
		const found = forecast(critical, site({ standby, volume: bytes(2 ** 42) })).region;
		expect(found.rto.terms.map(({ name }) => name)).not.toContain("restore");
		expect(found.rto.seconds).toBeLessThan(700);
	});
});

describe("evidence", () => {
	const drill = "10 pod drills";

	test("takes a default's place, better or worse, only in its scenario", () => {
		const terms = [{ term: "promotion", scenario: "pod" as const, seconds: 0.2, what: drill }];
		const found = forecast(critical, here, { terms });
		expect(found.pod.rto.terms).toContainEqual({ name: "promotion", seconds: 0.2, source: `measured: ${drill}` });
		expect(found.pod.rto.seconds).toBe(4.3);
		expect(seconds(found.node, "rto", "promotion")).toBe(0.5);
	});

	test("never makes a term smaller than its setting allows it to become", () => {
		const measured = (value: number): Evidence => ({ terms: [{ term: "archive flush", seconds: value, what: drill }] });
		expect(seconds(forecast(critical, here, measured(1)).cluster, "rpo", "archive flush")).toBe(5);
		expect(seconds(forecast(critical, here, measured(9)).cluster, "rpo", "archive flush")).toBe(9);
	});

	test("calibrates rates; the newest entry counts", () => {
		const rates = [
			{ rate: "restore" as const, value: 1, what: "old" },
			{ rate: "restore" as const, value: 2 ** 21, what: "restore test" },
		];
		const term = forecast(critical, here, { rates }).cluster.rto.terms.find(({ name }) => name === "restore");
		expect(term).toEqual({ name: "restore", seconds: 1024, source: "measured: restore test; a full volume of 2Gi" });
	});
});

function total(found: Forecast, measure: Measure): number {
	return found[measure].terms.reduce((whole, term) => whole + term.seconds, 0);
}

function seconds(found: Forecast, measure: Measure, name: string): number | undefined {
	return found[measure].terms.find((term) => term.name === name)?.seconds;
}
