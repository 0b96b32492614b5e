/** Brings a replica's pages into its data files, so that a copy of its volume has little to recover. */
import type { MemberAccess } from "../backup/donorAccess.ts";
import { donorSession } from "../backup/donorAccess.ts";
import { until } from "../kubernetes/until.ts";
import type { Session } from "../mysql/session.ts";

/** Above which share of dirty pages InnoDB writes them; percent. */
export interface FlushSettings {
	readonly most: number;
	readonly low: number;
}

const askMs = 10_000;
const lookMs = 100;
/** ER_SPECIFIC_ACCESS_DENIED_ERROR: the account was made before it was granted this. */
const notAllowed = 1227;

const settingsSql = `SELECT @@GLOBAL.innodb_max_dirty_pages_pct AS most,
 @@GLOBAL.innodb_max_dirty_pages_pct_lwm AS low`;

/** The lower one first, and back the other way round: it is never the higher one. */
const eagerSql = "SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0, GLOBAL innodb_max_dirty_pages_pct = 0";
/** No instance's my.cnf has either, so that these are what it started with. */
const defaultSql = "SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT, GLOBAL innodb_max_dirty_pages_pct_lwm = DEFAULT";

/**
 * From here on InnoDB writes every page as soon as it can, beside the applier.
 * @returns what to put back; null where this account may not, and it goes on as before
 */
export async function flushEagerly(session: Session): Promise<FlushSettings | null> {
	const before = await settings(session);
	try {
		await session.run(eagerSql, askMs);
		return before;
	} catch (error) {
		if ((error as { errno?: number }).errno === notAllowed) return null;
		throw error;
	}
}

export async function flushAsBefore(session: Session, before: FlushSettings | null): Promise<void> {
	if (before === null) return;
	const { most, low } = before;
	const sql = `SET GLOBAL innodb_max_dirty_pages_pct = ${most}, GLOBAL innodb_max_dirty_pages_pct_lwm = ${low}`;
	await session.run(isEager(before) ? defaultSql : sql, askMs);
}

/**
 * What a job that was killed has left. Nobody else sets it to 0, and an instance that becomes primary with it would write
 * each page again and again.
 * @returns the names of those that had it
 */
export async function putBackWhatWasLeft(access: MemberAccess): Promise<readonly string[]> {
	const left = await Promise.all(
		access.members.map(async (name) => {
			const session = await donorSession(access, name, "backup").catch(() => null);
			if (session === null) return null;
			try {
				const found = await settings(session);
				if (!isEager(found)) return null;
				await session.run(defaultSql, askMs);
				return name;
			} catch {
				// One that goes away meanwhile has lost the setting with its process.
				return null;
			} finally {
				session.close();
			}
		}),
	);
	return left.filter((name) => name !== null);
}

const isEager = ({ most }: FlushSettings) => most === 0;

async function settings(session: Session): Promise<FlushSettings> {
	const [[row] = []] = await session.run(settingsSql, askMs);
	return { most: Number(row?.most), low: Number(row?.low) };
}

export async function dirtyPages(session: Session): Promise<number> {
	const sql = `SELECT VARIABLE_VALUE AS n FROM performance_schema.global_status
 WHERE VARIABLE_NAME = 'Innodb_buffer_pool_pages_dirty'`;
	const [[row] = []] = await session.run(sql, askMs);
	return Number(row?.n ?? 0);
}

/** @returns how many there are still when there are so few, or the time is over */
export async function fewDirtyPages(
	session: Session,
	most: number,
	patience: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<number> {
	let left = 0;
	await until({ ...patience, periodMs: lookMs }, async () => {
		left = await dirtyPages(session);
		return left <= most ? left : null;
	});
	return left;
}
