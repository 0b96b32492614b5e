/** All rows, and in which database of one program each of them is. */
import { tierPromises } from "../../../objectives/index.ts";
import { packed } from "./packing.ts";
import type { Row } from "./row.ts";
import { accessRows } from "./rows/access.ts";
import { atTheDoor } from "./rows/atTheDoor.ts";
import { backupRows } from "./rows/backup.ts";
import { bucketsRows } from "./rows/buckets.ts";
import { goodRows } from "./rows/good.ts";
import { operationsRows } from "./rows/operations.ts";
import { promiseRows } from "./rows/promises.ts";
import { replicationRows } from "./rows/replication.ts";
import { secretsRows } from "./rows/secrets.ts";
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
	...secretsRows,
	...accessRows,
	...operationsRows,
]);
/** Of what the stack makes in a cloud: all of one cloud's in one preview, whose stores are called so. */
export const refusedInClouds: readonly Row[] = bucketsRows.map((setting) => ({ ...setting, name: "stores" }));
export const good = packed("good", goodRows);
export const rows = [...refusedByRules, ...refusedInClouds, ...good];

/** At the last deployment every database that a rule refuses was as critical as prod's. */
export const promisedBefore = Object.fromEntries(
	refusedByRules.map(({ name }) => {
		const { rto, rpo } = tierPromises.critical;
		const objectives = { tier: "critical", rtoSeconds: rto / 1000, rpoSeconds: rpo / 1000, scenarios: {} };
		return [name, { objectives }];
	}),
);
