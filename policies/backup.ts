/** Family "backup": what is copied out of the cluster, how often, where to, for how long, and whether it opens. */
import { archivePresent } from "./backup/archived.ts";
import { incrementalIsOne } from "./backup/incrementalIsOne.ts";
import { backupInAnotherRegion } from "./backup/otherRegion.ts";
import { backupRetention } from "./backup/retention.ts";
import { backupScheduled } from "./backup/scheduled.ts";
import { backupValidated } from "./backup/validated.ts";
import { backupWithinRpo } from "./backup/withinRpo.ts";

/** The rules of this family. */
export const backupRules = [
	backupScheduled,
	backupWithinRpo,
	archivePresent,
	backupInAnotherRegion,
	backupValidated,
	backupRetention,
	incrementalIsOne,
];
