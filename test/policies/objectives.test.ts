import { describe, expect, test } from "@jest/globals";
import {
	duration,
	inSeconds,
	milliseconds,
	type Plan,
	type Scenario,
	type SiteFacts,
	size,
} from "../../objectives/index.ts";
import { brokenPromises } from "../../policies/objectives/forecastWithinObjective.ts";
import { keptPlan, site } from "./cases/objectives.ts";

describe("a broken promise", () => {
	test("names objective, forecast, the largest term and its source, the setting that mends it and how far", () => {
		const backup = { ...keptPlan.backup, archiveFlushInterval: duration("15m") };
		const [cluster, region, ...others] = brokenPromises({ ...keptPlan, backup }, site);
		expect(others).toEqual([]);
		expect(cluster).toEqual({
			setting: "objectives.scenarios.cluster.rpo",
			value: "5m",
			remedy:
				'when the whole Kubernetes cluster is lost the forecast is 15m3s, of which "archive flush" takes 15m ' +
				"(default: the plan sends the archive's newest segment every 15m): set archive.flushInterval to at most 4m57s, " +
				"or promise 15m3s or more in scenarios.cluster.rpo",
		});
		expect(region).toMatchObject({ remedy: expect.stringContaining("archive.flushInterval to at most 4m52s") });
	});

	test("of what no setting shortens asks for another promise alone", () => {
		const tight = { ...keptPlan.objectives.scenarios.cluster, rto: duration("5m") };
		const objectives = {
			...keptPlan.objectives,
			scenarios: { ...keptPlan.objectives.scenarios, cluster: tight },
		};
		expect(brokenPromises({ ...keptPlan, objectives }, site)).toEqual([
			expect.objectContaining({
				remedy: expect.stringMatching(/"new cluster" takes 20m .+\): promise \S+ or more in/),
			}),
		]);
	});

	const { failover, replication, backup } = keptPlan;
	const failing = (changed: object): Plan => ({ ...keptPlan, failover: { ...failover, ...changed } });
	const volume = (text: string): Broken => ({ plan: keptPlan, site: { ...site, volume: size(text) } });
	const dual = ["local-1", "local-2"].map((region) => ({ name: region, region }));

	test.each<[string, Broken, RegExp, (most: string, broken: Broken) => Broken]>([
		[
			"binary logs that are sent too seldom",
			{ plan: { ...keptPlan, backup: { ...backup, archiveFlushInterval: duration("15m") } } },
			/set archive\.flushInterval to at most (\w+)/,
			(most) => ({ plan: { ...keptPlan, backup: { ...backup, archiveFlushInterval: duration(most) } } }),
		],
		[
			"probes that come too seldom",
			{ plan: failing({ probePeriod: duration("10m") }) },
			/bring plan\.failover\.probePeriod x confirmations \+ probeTimeout to at most (\w+)/,
			(most) => ({
				plan: failing({
					probePeriod: milliseconds(Math.floor((duration(most) - failover.probeTimeout) / failover.confirmations)),
				}),
			}),
		],
		[
			"a Lease that is too long",
			{ plan: failing({ leaseDuration: duration("20m") }) },
			/bring plan\.failover\.leaseDuration \+ leaseRenewPeriod to at most (\w+)/,
			(most) => ({ plan: failing({ leaseDuration: milliseconds(duration(most) - failover.leaseRenewPeriod) }) }),
		],
		[
			"replicas that wait too long",
			{ plan: { ...keptPlan, replication: { ...replication, netTimeout: duration("1h") } } },
			/bring plan\.replication\.netTimeout to at most (\w+) beyond the detection/,
			(most) => ({ plan: { ...keptPlan, replication: { ...replication, netTimeout: duration(most) } } }),
		],
		[
			"backups that come too seldom",
			{ plan: { ...keptPlan, backup: { ...backup, full: "0 2 * * 0", incremental: null } } },
			/so often \(schedules\.incremental, schedules\.full\) that at most (\w+) pass between two/,
			(most) => {
				const hours = Math.floor(inSeconds(duration(most)) / 3600);
				return { plan: { ...keptPlan, backup: { ...backup, full: "0 2 * * 0", incremental: `0 */${hours} * * *` } } };
			},
		],
		["a volume of which a copy takes too long", volume("20Ti"), /set volume to at most (\w+)/, volume],
		[
			"one bucket in two regions, which are a while apart",
			{
				plan: promising("region", { rpo: duration("10m") }),
				site: { ...site, stores: [{ name: "both", region: "local-1", alsoIn: "local-2" }] },
			},
			/(take a bucket in each region)/,
			(_most, { plan }) => ({ plan, site: { ...site, stores: dual } }),
		],
	])("of %s is mended by what the strictest of the messages says", (_title, broken, says, mended) => {
		const findings = brokenPromises(broken.plan, broken.site ?? site);
		const told = findings.flatMap(({ remedy }) => says.exec(remedy)?.[1] ?? []);
		expect(told).toHaveLength(findings.length);
		const strictest = told.toSorted((one, other) => amount(one) - amount(other))[0] ?? "";
		const { plan, site: at = site } = mended(strictest, broken);
		expect(findings).not.toEqual([]);
		expect(brokenPromises(plan, at)).toEqual([]);
	});
});

interface Broken {
	readonly plan: Plan;
	/** Default: that of the cases. */
	readonly site?: SiteFacts;
}

/** Another promise for one scenario. */
function promising(scenario: Scenario, changed: object): Plan {
	const { objectives } = keptPlan;
	const scenarios = { ...objectives.scenarios, [scenario]: { ...objectives.scenarios[scenario], ...changed } };
	return { ...keptPlan, objectives: { ...objectives, scenarios } };
}

/** A time or a size as a number. */
function amount(text: string): number {
	if (/[KMGT]i$/.test(text)) return size(text);
	return /^\d/.test(text) ? duration(text) : 0;
}
