import { describe, expect, test } from "@jest/globals";
import { objectives, parseSettings, plan, type Settings, UserError } from "../../objectives/index.ts";
import { site } from "./arbitraries.ts";

const settings: Settings = {
	cluster: "mysql",
	namespace: "mysql",
	site: "dev",
	region: "local-1",
	zones: ["zone-a", "zone-b", "zone-c"],
	members: 3,
	schema: "app",
	clusterDomain: "cluster.local",
	memory: 2 ** 30,
	credentialsManaged: true,
	credentialsSecret: "mysql-credentials",
	tlsManaged: true,
	tlsSecret: "mysql-tls",
	plan: plan(objectives("critical"), site()),
	contacts: [{ role: "Primary DBA", name: "John Doe", phone: "+1-555-0101" }],
	stores: [{ name: "near", region: "local-1", kind: "s3", bucket: "evidence", credentialsSecret: "keys" }],
	backup: {
		keySecret: "mysql-backup-key",
		keyManaged: true,
		scratchBytes: 2 ** 30,
		checks: [{ name: "orders", sql: "SELECT COUNT(*) FROM app.orders" }],
	},
	snapshots: { snapshotClass: "csi" },
};

describe("settings.json", () => {
	test("carries everything from the components to the runtime, the whole plan included", () => {
		expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
		expect(parseSettings(settings)).toEqual(settings);
	});

	test("lets pass what a later version adds", () => {
		const later = { ...settings, colour: "blue", plan: { ...settings.plan, region: { standby: true } } };
		expect(parseSettings(JSON.stringify(later))).toEqual(later);
	});

	test.each([
		["no JSON", "{", /^settings: is not JSON/],
		["a missing name", { ...settings, cluster: undefined }, /^settings\.cluster: /],
		["a probe period of nothing", withFailover({ probePeriod: 0 }), /^settings\.plan\.failover\.probePeriod: /],
		["a limit as text", withFailover({ drainLimit: "5s" }), /^settings\.plan\.failover\.drainLimit: /],
	])("is refused with %s, naming the setting", (_, given, message) => {
		expect(() => parseSettings(given)).toThrow(UserError);
		expect(() => parseSettings(given)).toThrow(message);
	});
});

function withFailover(changed: object): object {
	return { ...settings, plan: { ...settings.plan, failover: { ...settings.plan.failover, ...changed } } };
}
