/** A replica as it is at one GTID set, for as long as it takes to look at it, while it goes on. */
import { FailedError } from "../exit.ts";
import { equals, formatGtidSet, type GtidSet } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { executed } from "./replay.ts";

const statementMs = 30_000;
/** The watchdog starts an applier that stands still within a second or two: then it is tried again. */
const attempts = 20;

/**
 * Opens a snapshot of all tables on this session, and says which transactions it holds: with the applier stopped nothing
 * is committed meanwhile. It stands still for milliseconds; whoever is killed in between leaves it to the watchdog, which
 * starts every applier that does not run.
 * @param atLeast waited for before
 * @throws FailedError when it does not get that far
 */
export async function snapshotOf(session: Session, atLeast: GtidSet, waitSeconds: number): Promise<GtidSet> {
	const wait = `SELECT WAIT_FOR_EXECUTED_GTID_SET('${formatGtidSet(atLeast)}', ${waitSeconds}) AS late`;
	const [[row] = []] = await session.run(wait, (waitSeconds + 5) * 1000);
	if (Number(row?.late) !== 0)
		throw new FailedError(`the replica did not get to what was restored in ${waitSeconds} s`);
	for (let attempt = 1; attempt <= attempts; attempt++) {
		const set = await stillness(session);
		if (set !== null) return set;
	}
	throw new FailedError(`the replica's applier did not stand still in ${attempts} attempts`);
}

async function stillness(session: Session): Promise<GtidSet | null> {
	try {
		await session.run("STOP REPLICA SQL_THREAD", statementMs);
		const before = await executed(session);
		await session.run(
			"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
			statementMs,
		);
		const after = await executed(session);
		return equals(before, after) && (await standsStill(session)) ? before : null;
	} finally {
		await session.run("START REPLICA SQL_THREAD", statementMs);
	}
}

async function standsStill(session: Session): Promise<boolean> {
	const sql = "SELECT COUNT(*) AS n FROM performance_schema.replication_applier_status WHERE service_state = 'ON'";
	const [[row] = []] = await session.run(sql, statementMs);
	return Number(row?.n) === 0;
}
