/** A place in the source's binary log. */
import type { Session } from "../mysql/session.ts";
import { parseVersion, speaksOfSources } from "./version.ts";

export interface Position {
	readonly file: string;
	readonly offset: number;
}

/** Milliseconds. */
const deadlineMs = 10_000;

/** Where the source writes now. */
export async function currentPosition(source: Session): Promise<Position> {
	const [[row] = []] = await source.run("SELECT @@version AS version", deadlineMs);
	const modern = speaksOfSources(parseVersion(String(row?.version ?? "")));
	const [[status] = []] = await source.run(modern ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS", deadlineMs);
	if (status === undefined) throw new Error("the source does not say where its binary log is");
	return { file: String(status.File), offset: Number(status.Position) };
}

/** Servers before 8.0.23 are told MASTER. */
const statement =
	/^-- CHANGE (?:REPLICATION SOURCE|MASTER) TO (?:SOURCE|MASTER)_LOG_FILE='([^']+)', (?:SOURCE|MASTER)_LOG_POS=(\d+);/m;

/**
 * Where a dump was taken, from how it begins.
 * @returns null while that has not come
 */
export function positionInDump(text: string): Position | null {
	const [, file, offset] = statement.exec(text) ?? [];
	return file === undefined ? null : { file, offset: Number(offset) };
}

export function samePosition(one: Position, other: Position): boolean {
	return one.file === other.file && one.offset === other.offset;
}

export const positionText = ({ file, offset }: Position): string => `${file}:${offset}`;
