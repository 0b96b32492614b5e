/** Replication from the source into the target's primary, from the loaded state until the cutover. */
import { importChannel } from "../mysql/channels.ts";
import type { Row, Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";
import type { Position } from "./position.ts";
import { type SourceLink, sourceOptions } from "./sourceLink.ts";

export interface ChannelStatus {
	readonly receiving: "on" | "connecting" | "off";
	readonly applying: boolean;
	readonly lagSeconds: number | null;
	/** Up to where everything has been applied. */
	readonly applied: Position;
	/** What the receiver or the applier complains of; empty when nothing. */
	readonly error: string;
}

export interface ChannelOptions {
	readonly source: SourceLink;
	/** As the target's mysqld sees it. */
	readonly caFile: string;
	readonly position: Position;
	readonly schemas: readonly string[];
	/** The source's `gtid_mode` is ON. */
	readonly gtids: boolean;
}

const channel = `FOR CHANNEL ${sqlString(importChannel)}`;
/** Milliseconds. */
const deadlineMs = 20_000;

/**
 * By file and position, never by auto position, for which the target would have to hold the source's whole history.
 * Transactions without GTID get the primary's own; those that have one keep it, so that what an instance has applied
 * already is skipped when the channel begins again on another one from the same position.
 */
export async function startChannel(target: Session, options: ChannelOptions): Promise<void> {
	const { source, position } = options;
	const change = [
		...sourceOptions(source, options.caFile),
		`SOURCE_LOG_FILE = ${sqlString(position.file)}`,
		`SOURCE_LOG_POS = ${position.offset}`,
		"SOURCE_CONNECT_RETRY = 2",
		"SOURCE_RETRY_COUNT = 86400",
		`ASSIGN_GTIDS_TO_ANONYMOUS_TRANSACTIONS = ${options.gtids ? "OFF" : "LOCAL"}`,
	];
	await target.run(`CHANGE REPLICATION SOURCE TO ${change.join(", ")} ${channel}`, deadlineMs);
	const filter = options.schemas.map((name) => sqlString(`${wild(name)}.%`)).join(", ");
	// By table: a filter by schema would go by the session's default schema for a statement such as ALTER TABLE.
	await target.run(`CHANGE REPLICATION FILTER REPLICATE_WILD_DO_TABLE = (${filter}) ${channel}`, deadlineMs);
	await resumeChannel(target, source);
}

/** Starts what is configured there. The password is kept in memory alone. */
export async function resumeChannel(target: Session, { user, password }: SourceLink): Promise<void> {
	const login = `USER = ${sqlString(user)} PASSWORD = ${sqlString(password)}`;
	await target.run(`START REPLICA ${login} ${channel}`, deadlineMs);
}

/** `_` and `%` stand for anything unless escaped. */
const wild = (name: string) => name.replace(/[_%\\]/g, "\\$&");

/** @returns null where this instance has no such channel: another was the primary when it was made */
export async function channelStatus(target: Session): Promise<ChannelStatus | null> {
	const exists = `SELECT 1 FROM performance_schema.replication_connection_configuration
WHERE CHANNEL_NAME = ${sqlString(importChannel)}`;
	if (((await target.run(exists, deadlineMs))[0] ?? []).length === 0) return null;
	const [[row] = []] = await target.run(`SHOW REPLICA STATUS ${channel}`, deadlineMs);
	return row === undefined ? null : parseChannel(row);
}

export function parseChannel(row: Row): ChannelStatus {
	const states = { Yes: "on", Connecting: "connecting" } as const;
	const running = String(row.Replica_IO_Running);
	const lag = row.Seconds_Behind_Source;
	return {
		receiving: running in states ? states[running as keyof typeof states] : "off",
		applying: row.Replica_SQL_Running === "Yes",
		lagSeconds: lag === null || lag === undefined ? null : Number(lag),
		applied: { file: String(row.Relay_Source_Log_File), offset: Number(row.Exec_Source_Log_Pos) },
		error: [row.Last_IO_Error, row.Last_SQL_Error]
			.map((text) => String(text ?? ""))
			.filter(Boolean)
			.join("; "),
	};
}

/** Lets the channel come to a place in the source's log. False when it has not within the time, or does not run. */
export async function reach(target: Session, { file, offset }: Position, withinMs: number): Promise<boolean> {
	const seconds = Math.max(0.1, withinMs / 1000);
	const wait = `SELECT SOURCE_POS_WAIT(${sqlString(file)}, ${offset}, ${seconds.toFixed(1)}, ${sqlString(importChannel)}) AS events`;
	const [[row] = []] = await target.run(wait, withinMs + 5000);
	const events = row?.events;
	return events !== null && events !== undefined && Number(events) >= 0;
}

/** Ends it for good. What it had received and not applied goes with it. */
export async function removeChannel(target: Session): Promise<void> {
	if ((await channelStatus(target)) === null) return;
	await target.run(`STOP REPLICA ${channel}`, deadlineMs);
	await target.run(`RESET REPLICA ALL ${channel}`, deadlineMs);
}
