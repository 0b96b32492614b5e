import { describe, expect, test } from "@jest/globals";
import { duration, objectives, plan, type SiteFacts, size } from "../../objectives/index.ts";
import { brokenPromises } from "../../policies/objectives.ts";

const site: SiteFacts = {
	name: "test",
	region: "local-1",
	zones: ["zone-a", "zone-b", "zone-c"],
	volume: size("2Gi"),
	stores: ["local-1", "local-2"].map((region) => ({ name: region, region })),
	timezone: "Etc/UTC",
	snapshots: true,
};
const kept = plan(objectives("critical"), site);

describe("forecast-within-objective", () => {
	test("has nothing to say of a plan that keeps its promises", () => {
		expect(brokenPromises(kept, site)).toEqual([]);
	});

	test("names scenario, forecast, promise, the largest term and the setting", () => {
		const backup = { ...kept.backup, archiveFlushInterval: duration("15m") };
		const lines = brokenPromises({ ...kept, backup }, site);
		expect(lines).toHaveLength(2);
		expect(lines[0]).toMatch(
			/^cluster: RPO forecast 90\d s, promised 300 s; most of it is "archive flush" with 900 s \(.+\)\. .+: scenarios\.cluster\.rpo$/,
		);
		expect(lines[1]).toMatch(/^region: RPO /);
	});
});
