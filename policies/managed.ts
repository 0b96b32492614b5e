/** Family "managed": databases that a chart, an operator or a cloud makes. */
import { managedBackups } from "./managed/backups.ts";
import { databasesInSight } from "./managed/inSight.ts";
import { managedPassword } from "./managed/password.ts";
import { managedPrivate } from "./managed/private.ts";
import { managedProtected } from "./managed/protected.ts";
import { managedZones } from "./managed/zones.ts";

/** The rules of this family. */
export const managedRules = [
	databasesInSight,
	managedBackups,
	managedZones,
	managedPrivate,
	managedProtected,
	managedPassword,
];
