/** All cases of all families. */

import { accessCases } from "./access.ts";
import { backupCases } from "./backup.ts";
import { bucketsCases } from "./buckets.ts";
import { type CaseTable, placed } from "./case.ts";
import { evidenceCases } from "./evidence.ts";
import { managedCases } from "./managed.ts";
import { objectivesCases } from "./objectives.ts";
import { operationsCases } from "./operations.ts";
import { replicationCases } from "./replication.ts";
import { secretsCases } from "./secrets.ts";
import { storageCases } from "./storage.ts";
import { topologyCases } from "./topology.ts";

export const caseTables: CaseTable = {
	...objectivesCases,
	...topologyCases,
	...replicationCases,
	...backupCases,
	...storageCases,
	...bucketsCases,
	...secretsCases,
	...accessCases,
	...operationsCases,
	...managedCases,
	...evidenceCases,
};
export const cases = placed(caseTables);
