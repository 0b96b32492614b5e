/** One look at an instance, as the server's tables and status variables tell it. */
import type { Row } from "../../runtime/mysql/session.ts";
import type { Mysql } from "./mysqlModel.ts";

export type Rows = readonly (readonly Row[])[];

export function reading(own: Mysql): Rows {
	const { receiver } = own;
	const states = { on: "Yes", connecting: "Connecting", off: "No" } as const;
	const replica: Row[] =
		receiver.source === null
			? []
			: [
					{
						Replica_IO_Running: states[receiver.state],
						Source_Host: receiver.source,
						Auto_Position: 1,
						Last_IO_Error: receiver.error,
						Replica_SQL_Running: receiver.applying ? "Yes" : "No",
						Last_SQL_Errno: receiver.errno,
						Last_SQL_Error: receiver.errno === 0 ? "" : "the relay log cannot be read",
						Retrieved_Gtid_Set: receiver.retrieved.text(),
						Seconds_Behind_Source: 0,
					},
				];
	const variables: Row = {
		uuid: own.uuid,
		version: "9.7.4",
		executed: own.executed.text(),
		purged: own.purged.text(),
		superReadOnly: own.superReadOnly ? 1 : 0,
		acksRequired: own.acksRequired ? 1 : 0,
		catchingUp: receiver.syncs && receiver.acknowledging ? 0 : 1,
	};
	const status: Row[] = [
		{ Variable_name: "Uptime", Value: "1" },
		{ Variable_name: "Rpl_semi_sync_replica_status", Value: receiver.acknowledges ? "ON" : "OFF" },
		{ Variable_name: "Rpl_semi_sync_source_clients", Value: String(own.ackers) },
		{ Variable_name: "Rpl_semi_sync_source_wait_sessions", Value: String(own.waitingCommits) },
	];
	return [[variables], replica, status, [{ committing: own.committing, binlogBytes: own.binlog.length * 1000 }]];
}
