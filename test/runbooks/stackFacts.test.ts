import { expect, test } from "@jest/globals";
import { databaseFacts } from "../../components/outputs.ts";
import { bytes, forecast, objectives, plan } from "../../objectives/index.ts";
import { parseSettings } from "../../objectives/settings.ts";
import type { RunbookFacts } from "../../runbooks/facts.ts";
import { renderRunbook } from "../../runbooks/render.ts";
import { runbookFacts } from "../../runtime/commands/runbook.ts";
import { settings } from "../runtime/commands/scene.ts";

test("the stack's output and the cluster's settings give the same runbook", () => {
	const declared = settings();
	const site = {
		name: "dev",
		region: "local-1",
		zones: declared.zones,
		volume: bytes(0),
		stores: [],
		timezone: "UTC",
		snapshots: false,
	};
	const promise = objectives("standard");
	const fromStack: RunbookFacts = databaseFacts({
		stack: "dev",
		cluster: declared.cluster,
		namespace: declared.namespace,
		site: declared.site,
		region: declared.region,
		objectives: promise,
		plan: plan(promise, site),
		forecast: forecast(plan(promise, site), site),
		madeStores: false,
		contacts: declared.contacts,
		images: { mysql: "mysql:9.7", runtime: "runtime:1" },
	});
	const fromCluster = runbookFacts(parseSettings(declared));
	expect(renderRunbook("pod", fromStack)).toBe(renderRunbook("pod", fromCluster));
});
