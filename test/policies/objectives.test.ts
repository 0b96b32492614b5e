import { describe, expect, test } from "@jest/globals";
import { duration } from "../../objectives/index.ts";
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

	test("is mended by what the message says", () => {
		const backup = { ...keptPlan.backup, archiveFlushInterval: duration("4m52s") };
		expect(brokenPromises({ ...keptPlan, backup }, site)).toEqual([]);
	});
});
