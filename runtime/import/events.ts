/** Scheduled events: on both servers at once they would do their work twice, so they come disabled and wake at the cutover. */
import type { Row, Session } from "../mysql/session.ts";
import { sqlName, sqlString } from "../mysql/sqlText.ts";

/** Milliseconds. */
const deadlineMs = 20_000;

interface Event {
	readonly schema: string;
	readonly name: string;
	readonly definer: string;
}

async function events(session: Session, schemas: readonly string[], status: string): Promise<readonly Event[]> {
	const [rows = []] = await session.run(
		`SELECT EVENT_SCHEMA AS \`schema\`, EVENT_NAME AS name, DEFINER AS definer FROM information_schema.EVENTS
WHERE EVENT_SCHEMA IN (${schemas.map(sqlString).join(", ")}) AND STATUS LIKE ${sqlString(status)} ORDER BY 1, 2`,
		deadlineMs,
	);
	return rows.map((row) => ({ schema: String(row.schema), name: String(row.name), definer: String(row.definer) }));
}

/** @param target a session of its own: each event was made under settings of its own */
export async function bringEvents(source: Session, target: Session, schemas: readonly string[]): Promise<number> {
	const found = await events(source, schemas, "%");
	for (const { schema, name } of found) {
		const [[row] = []] = await source.run(`SHOW CREATE EVENT ${sqlName(schema)}.${sqlName(name)}`, deadlineMs);
		if (row === undefined) continue;
		await target.run(settings(row), deadlineMs);
		await target.run(`USE ${sqlName(schema)}`, deadlineMs);
		await target.run(asleep(String(row["Create Event"])), deadlineMs);
	}
	return found.length;
}

function settings(row: Row): string {
	const names = ["sql_mode", "time_zone", "character_set_client", "collation_connection"];
	return `SET SESSION ${names.map((name) => `${name} = ${sqlString(String(row[name] ?? ""))}`).join(", ")}`;
}

/** The status stands before the comment and the body, which may say anything. */
export function asleep(statement: string): string {
	return statement.replace(
		/ (ON COMPLETION (?:NOT )?PRESERVE) (?:ENABLE|DISABLE(?: ON (?:SLAVE|REPLICA))?)(?= )/,
		" $1 DISABLE ON REPLICA",
	);
}

/** Those that are awake on the source. Without its definer named, whoever wakes an event would become its owner. */
export async function wakeEvents(source: Session, target: Session, schemas: readonly string[]): Promise<void> {
	for (const { schema, name, definer } of await events(source, schemas, "ENABLED")) {
		const at = definer.lastIndexOf("@");
		const owner = `${sqlString(definer.slice(0, at))}@${sqlString(definer.slice(at + 1))}`;
		await target.run(`ALTER DEFINER = ${owner} EVENT ${sqlName(schema)}.${sqlName(name)} ENABLE`, deadlineMs);
	}
}
