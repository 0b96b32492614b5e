/** All rules of the pack, family by family. */

import { accessRules } from "./access.ts";
import { backupRules } from "./backup.ts";
import { bucketsRules } from "./buckets.ts";
import { evidenceRules } from "./evidence.ts";
import type { Rule } from "./frame/rule.ts";
import { managedRules } from "./managed.ts";
import { objectivesRules } from "./objectives.ts";
import { operationsRules } from "./operations.ts";
import { replicationRules } from "./replication.ts";
import { secretsRules } from "./secrets.ts";
import { storageRules } from "./storage.ts";
import { topologyRules } from "./topology.ts";

export const rules: readonly Rule[] = [
	...objectivesRules,
	...topologyRules,
	...replicationRules,
	...backupRules,
	...storageRules,
	...bucketsRules,
	...secretsRules,
	...accessRules,
	...operationsRules,
	...managedRules,
	...evidenceRules,
];
