/** Builders of the tests: a configuration, and what the stack declares from it. */
import { jest } from "@jest/globals";
import { alarmReceivers } from "../../components/alarms.ts";
import { Backups } from "../../components/backups.ts";
import { databaseArgs } from "../../components/database.ts";
import { DatabaseHome } from "../../components/databaseHome.ts";
import { MysqlCluster } from "../../components/mysqlCluster.ts";
import { nameDatabase } from "../../components/names.ts";
import { Site, siteArgs } from "../../components/site.ts";
import { Snapshots } from "../../components/snapshots.ts";
import { makeStores } from "../../components/stores.ts";
import { Watchdog } from "../../components/watchdog.ts";
import { type DatabaseConfig, parseConfig } from "../../objectives/index.ts";
import { type Recording, record } from "./recorder.ts";

// Hangs alone are ended by it: the providers' SDKs are large, and on a busy machine take their time to load.
jest.setTimeout(600_000);

/** A database of the configuration, with what a test wants different. */
export function database(different: Record<string, unknown> = {}) {
	return {
		name: "mysql",
		tier: "critical",
		volume: "2Gi",
		resources: { cpu: "1000m", memory: "1024Mi" },
		...different,
	};
}

/** A parsed configuration of one site with these databases. */
export function configuration(
	databases: Record<string, unknown>[] = [database()],
	site: Record<string, unknown> = {},
	stores = ["local-1", "local-2"].map((region) => ({ name: region, region, kind: "s3", bucket: `bucket-${region}` })),
) {
	return parseConfig({
		site: { name: "test", region: "local-1", zones: ["zone-a", "zone-b", "zone-c"], cluster: "existing", ...site },
		databases,
		stores,
		contacts: [{ role: "Primary DBA", name: "John Doe", phone: "+1-555-0101" }],
		timezone: "Europe/Berlin",
		images: { runtime: "mysql-dr/runtime:test" },
	});
}

/** Declares all that index.ts declares for this configuration. */
export function declared(config = configuration()): Promise<Recording> {
	return record(() => {
		const site = new Site(config.site.name, siteArgs(config), { context: "test" });
		const receivers = alarmReceivers("alarms", config);
		const stores = makeStores("stores", config, site.made, receivers);
		const { provider } = site;
		for (const index of config.databases.keys()) {
			const args = databaseArgs(config, index, site, "test");
			const { name, home: homeArgs, watchdog: watchdogArgs, mysql, backups, snapshots } = args;
			const home = new DatabaseHome(name, homeArgs, { provider });
			const watchdog = new Watchdog(name, watchdogArgs, { provider, dependsOn: home });
			const { address } = new MysqlCluster(name, mysql, { provider, dependsOn: [home, watchdog] });
			nameDatabase(config.databases[index] as DatabaseConfig, config, address, receivers);
			const before = [home, watchdog, ...(stores ? [stores] : [])];
			if (backups) new Backups(name, { ...backups, access: stores?.access[name] }, { provider, dependsOn: before });
			if (snapshots) new Snapshots(name, snapshots, { provider, dependsOn: [home, watchdog] });
		}
	});
}
