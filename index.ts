/** The disaster-recovery plan as a program: what is promised, and all that keeps the promise. */
import * as pulumi from "@pulumi/pulumi";
import { alarmReceivers, type Receivers } from "./components/alarms.ts";
import { Backups } from "./components/backups.ts";
import { inOneLine, kubernetesConfig, rawConfig } from "./components/configuration.ts";
import { databaseArgs } from "./components/database.ts";
import { DatabaseHome } from "./components/databaseHome.ts";
import { LastDeployment } from "./components/lastDeployment.ts";
import { MysqlCluster } from "./components/mysqlCluster.ts";
import { nameDatabase } from "./components/names.ts";
import { type Documented, stackOutputs } from "./components/outputs.ts";
import { Site, siteArgs } from "./components/site.ts";
import { Snapshots } from "./components/snapshots.ts";
import type { MadeStores } from "./components/stores/made.ts";
import { makeStores } from "./components/stores.ts";
import { Watchdog } from "./components/watchdog.ts";
import { type DatabaseConfig, parseConfig, type StackConfig } from "./objectives/index.ts";
import { renderRunbook, runbookScenarios } from "./runbooks/render.ts";

export const {
	objectives,
	forecast,
	site,
	namespace,
	services,
	stores,
	schedules,
	contacts,
	runbook,
	databases,
	kubeconfig,
} = inOneLine(declareStack);

function declareStack() {
	// What is promised, and where.
	const config = parseConfig(rawConfig(pulumi.runtime.allConfig(), pulumi.getProject()));
	const site = new Site(config.site.name, siteArgs(config), kubernetesConfig());
	const receivers = alarmReceivers("alarms", config);
	const stores = makeStores("stores", config, site.made, receivers);

	// What keeps the promise.
	const databases = config.databases.map((_, index) => declareDatabase(config, index, { site, stores, receivers }));

	// What was promised before, for the policies.
	new LastDeployment("last-deployment");

	// What others need to know of it.
	const outputs = stackOutputs(config.site, config.stores.length > 0 ? config.stores : site.stores, databases);
	// Null where the cluster is not the stack's: an undefined output is warned of.
	return { ...outputs, kubeconfig: site.made?.kubeconfig ?? null };
}

/** What all databases of the stack share. */
interface Surroundings {
	readonly site: Site;
	readonly stores: MadeStores | undefined;
	readonly receivers: Receivers;
}

/** One database: objectives to plan, plan to components. */
function declareDatabase(config: StackConfig, index: number, { site, stores, receivers }: Surroundings): Documented {
	const { name, facts, backups, snapshots, ...args } = databaseArgs(config, index, site, pulumi.getStack());
	const { provider } = site;

	const home = new DatabaseHome(name, args.home, { provider });
	const watchdog = new Watchdog(name, args.watchdog, { provider, dependsOn: home });
	const mysql = new MysqlCluster(name, args.mysql, { provider, dependsOn: [home, watchdog] });
	nameDatabase(config.databases[index] as DatabaseConfig, config, mysql.address, receivers);
	const access = stores?.access[name];
	const afterStores = [home, watchdog, ...(stores ? [stores] : [])];
	if (backups) new Backups(name, { ...backups, access }, { provider, dependsOn: afterStores });
	if (snapshots) new Snapshots(name, snapshots, { provider, dependsOn: [home, watchdog] });

	// What to do by hand when something is lost.
	const texts = runbookScenarios.map((scenario) => [scenario, renderRunbook(scenario, facts)]);
	return { facts, runbooks: Object.fromEntries(texts) };
}
