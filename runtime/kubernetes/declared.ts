/** What the stack declared of the database in this namespace, read from the cluster. */
import { parseSettings, type Settings } from "../../objectives/settings.ts";
import type { SiteFacts } from "../../objectives/site.ts";
import { bytes } from "../../objectives/size.ts";
import { FailedError } from "../exit.ts";
import type { ClusterAccess } from "./access.ts";

/** @throws FailedError where no database is declared in the namespace */
export async function readSettings(access: ClusterAccess): Promise<Settings> {
	const text = (await access.configMap("mysql-settings"))?.data?.["settings.json"];
	if (text === undefined) {
		throw new FailedError(
			`there is no database in namespace ${access.namespace} (no ConfigMap mysql-settings); name another with -n, or deploy one with npm run up`,
		);
	}
	return parseSettings(text);
}

/** The text of one key of a Secret. @throws FailedError where it is missing */
export async function secretText(access: ClusterAccess, name: string, key: string): Promise<string> {
	const value = (await access.secret(name))?.data?.[key];
	if (value === undefined) throw new FailedError(`Secret ${name} in namespace ${access.namespace} has no ${key} yet`);
	return Buffer.from(value, "base64").toString("utf8");
}

/** The site as far as the settings tell it: enough to forecast what the site survives. */
export function declaredSite(settings: Settings): SiteFacts {
	const { site, region, zones, plan } = settings;
	const volume = bytes(0);
	return { name: site, region, zones, volume, stores: [], timezone: plan.backup.timezone, snapshots: false };
}
