/** Family "storage": what keeps the data of a MySQL database when something else goes. */
import { claimsKept } from "./storage/claimsKept.ts";
import { dataOnVolumes } from "./storage/dataOnVolumes.ts";
import { dataProtected } from "./storage/dataProtected.ts";
import { setNotReplaced } from "./storage/notReplaced.ts";
import { snapshotsRetained } from "./storage/snapshotsRetained.ts";
import { volumesExpandable } from "./storage/volumesExpandable.ts";
import { volumesRetained } from "./storage/volumesRetained.ts";

/** The rules of this family. */
export const storageRules = [
	dataOnVolumes,
	volumesRetained,
	volumesExpandable,
	claimsKept,
	snapshotsRetained,
	dataProtected,
	setNotReplaced,
];
