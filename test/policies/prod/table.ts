/** All rows, and in which database of one program each of them is. */
import { tierPromises } from "../../../objectives/index.ts";
import { packed } from "./packing.ts";
import type { Row } from "./row.ts";
import { atTheDoor } from "./rows/atTheDoor.ts";
import { backupRows } from "./rows/backup.ts";
import { goodRows } from "./rows/good.ts";
import { promiseRows } from "./rows/promises.ts";
import { replicationRows } from "./rows/replication.ts";
import { storageRows } from "./rows/storage.ts";
import { topologyRows } from "./rows/topology.ts";

export const refusedAtTheDoor: readonly Row[] = packed(
	"door",
	atTheDoor.map((setting) => ({ ...setting, apart: true })),
);
export const refusedByRules = packed("bad", [
	...promiseRows,
	...topologyRows,
	...replicationRows,
	...backupRows,
	...storageRows,
]);
export const good = packed("good", goodRows);
export const rows = [...refusedByRules, ...good];

/** At the last deployment every database that a rule refuses was as critical as prod's. */
export const promisedBefore = Object.fromEntries(
	refusedByRules.map(({ name }) => {
		const { rto, rpo } = tierPromises.critical;
		const objectives = { tier: "critical", rtoSeconds: rto / 1000, rpoSeconds: rpo / 1000, scenarios: {} };
		return [name, { objectives }];
	}),
);
