/** What a stack declares outside of its cluster: stores, names and whom alarms tell. Without the large SDK of Kubernetes. */
import { jest } from "@jest/globals";
import { alarmReceivers } from "../../components/alarms.ts";
import { nameDatabase } from "../../components/names.ts";
import { makeStores } from "../../components/stores.ts";
import { parseConfig, type StackConfig } from "../../objectives/index.ts";
import { type Recording, record } from "./recorder.ts";

// Hangs alone are ended by it.
jest.setTimeout(600_000);

/** A parsed configuration of two databases in AWS, with what a test wants different. */
export function inCloud(different: Record<string, unknown> = {}): StackConfig {
	const resources = { cpu: "1000m", memory: "1024Mi" };
	return parseConfig({
		...{ cloud: "aws", regions: "europe", site: { name: "test", expose: "LoadBalancer" } },
		databases: ["mysql", "other"].map((name) => ({ name, tier: "critical", volume: "2Gi", resources })),
		stores: { bucket: "company", aws: { cluster: "prod" }, gcp: { project: "company-prod" } },
		contacts: [{ role: "Primary DBA", name: "John Doe", email: "john.doe@company.com" }],
		images: { runtime: "mysql-dr/runtime:test" },
		...different,
	});
}

export function declaredInCloud(config: StackConfig): Promise<Recording> {
	return record(() => {
		const receivers = alarmReceivers("alarms", config);
		makeStores("stores", config, {}, receivers);
		for (const database of config.databases) nameDatabase(database, config, "192.0.2.1", receivers);
	});
}
