/** The disaster-recovery plan as a program: what is promised, and all that keeps the promise. */
import * as pulumi from "@pulumi/pulumi";
import { Backups } from "./components/backups.ts";
import { inOneLine, kubernetesConfig, rawConfig } from "./components/configuration.ts";
import { databaseArgs } from "./components/database.ts";
import { DatabaseHome } from "./components/databaseHome.ts";
import { MysqlCluster } from "./components/mysqlCluster.ts";
import { type Documented, stackOutputs } from "./components/outputs.ts";
import { Site } from "./components/site.ts";
import { Watchdog } from "./components/watchdog.ts";
import { parseConfig, type StackConfig } from "./objectives/index.ts";
import { renderRunbook, runbookScenarios } from "./runbooks/render.ts";

export const { objectives, forecast, site, namespace, services, stores, schedules, contacts, runbook, databases } =
	inOneLine(declareStack);

function declareStack() {
	// What is promised, and where.
	const config = parseConfig(rawConfig(pulumi.runtime.allConfig(), pulumi.getProject()));
	const site = new Site(config.site.name, config.site, kubernetesConfig());

	// What keeps the promise.
	const databases = config.databases.map((_, index) => declareDatabase(config, index, site));

	// What others need to know of it.
	return stackOutputs(config.site, config.stores.length > 0 ? config.stores : site.stores, databases);
}

/** One database: objectives to plan, plan to components. */
function declareDatabase(config: StackConfig, index: number, site: Site): Documented {
	const { name, facts, backups, ...args } = databaseArgs(config, index, site, pulumi.getStack());
	const { provider } = site;

	const home = new DatabaseHome(name, args.home, { provider });
	const watchdog = new Watchdog(name, args.watchdog, { provider, dependsOn: home });
	new MysqlCluster(name, args.mysql, { provider, dependsOn: [home, watchdog] });
	if (backups) new Backups(name, backups, { provider, dependsOn: [home, watchdog] });

	// What to do by hand when something is lost.
	const texts = runbookScenarios.map((scenario) => [scenario, renderRunbook(scenario, facts)]);
	return { facts, runbooks: Object.fromEntries(texts) };
}
