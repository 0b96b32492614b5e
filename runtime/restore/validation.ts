/** The test of a restore: the newest backup and the archive, compared with a replica at the very same transaction. */
import type { SqlCheck } from "../../objectives/settings.ts";
import { formatGtidSet, isEmpty, subtract } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { newestCommit } from "./cut.ts";
import type { History } from "./history.ts";
import { readStores } from "./readStores.ts";
import { snapshotOf } from "./replicaAtSet.ts";
import { type Restored, type RestoreWork, restore } from "./restore.ts";
import { type Difference, differences, tableSums } from "./tableSums.ts";

export interface ValidationWork extends RestoreWork {
	/** A replica, by the account `backup`: its applier is stopped for a moment. */
	readonly replica: { readonly name: string; readonly session: Session };
	readonly checks: readonly SqlCheck[];
}

export interface CheckOutcome {
	readonly name: string;
	readonly held: boolean;
	/** What it said instead. */
	readonly found: string | null;
}

export interface Validation {
	readonly held: boolean;
	readonly restored: Restored;
	/** The set at which both were compared. */
	readonly gtids: string;
	readonly replica: string;
	readonly tables: number;
	readonly rows: number;
	readonly differences: readonly Difference[];
	readonly checks: readonly CheckOutcome[];
	/** What the newest commits on the replica are ahead of what is archived, at a moment; seconds. */
	readonly rpoSeconds: number;
	readonly compareSeconds: number;
}

/** For a replica to get where the archive is, and for the archive to get where the replica is. */
const waitSeconds = 120;

/**
 * Restores first, so that the replica's snapshot is held only while what came since is applied and both are read.
 * @throws what a restore throws
 */
export async function validate(work: ValidationWork): Promise<Validation> {
	const restored = await restore({ kind: "latest" }, work);
	const { copy } = restored;
	try {
		const { session, name } = work.replica;
		work.report({ step: `comparing with ${name}` });
		const set = await snapshotOf(session, await copy.gtids(), waitSeconds);
		const at = Date.now();
		const objects = work.stores.map((store) => store.objects);
		const { history } = await readStores(objects, work.cluster, () => restored.plan.gtids);
		const rpoSeconds = lossAt(at, history, set);
		work.report({ step: `waiting until what ${name} holds is archived, and applying it` });
		await copy.resumeToSet(set, waitSeconds * 1000);
		const began = performance.now();
		const compared = await compare(copy.session, session, work);
		await session.run("COMMIT", statementMs);
		const checks = await askChecks(copy.session, work.checks);
		const held = compared.differences.length === 0 && checks.every((check) => check.held);
		const compareSeconds = (performance.now() - began) / 1000;
		const shared = { restored, gtids: formatGtidSet(set), replica: name, rpoSeconds, compareSeconds };
		return { held, ...shared, ...compared, checks };
	} finally {
		await copy.stop().catch((error: Error) => work.onNote(error.message));
	}
}

const statementMs = 30_000;

/**
 * What the loss of everything but the stores would have cost at that moment: 0 where all was archived, else at most the
 * time since the newest archived commit.
 */
export function lossAt(now: number, history: History, set: Parameters<typeof subtract>[0]): number {
	const held = history.segments.reduce((left, { fresh }) => subtract(left, fresh), set);
	const known = subtract(held, history.segments[0]?.after ?? { sources: new Map() });
	const newest = newestCommit(history.segments);
	if (isEmpty(known) || newest === null) return 0;
	return Math.max(0, now - newest / 1000) / 1000;
}

async function compare(copy: Session, replica: Session, { report }: ValidationWork) {
	const tell = (of: string) => (done: number, total: number) =>
		report({ step: `reading every table of ${of}`, done, total, unit: "tables" });
	// One after the other: both may be on one machine, and the replica has clients.
	const inCopy = await tableSums(copy, tell("the copy"));
	const inReplica = await tableSums(replica, tell("the replica"));
	const rows = inReplica.reduce((sum, table) => sum + table.rows, 0);
	return { tables: inReplica.length, rows, differences: differences(inCopy, inReplica) };
}

/** Hours: a user's question may read everything. */
const checkMs = 3_600_000;

export async function askChecks(session: Session, checks: readonly SqlCheck[]): Promise<readonly CheckOutcome[]> {
	const outcomes: CheckOutcome[] = [];
	for (const { name, sql, expect } of checks) {
		try {
			const [[row] = []] = await session.run(sql, checkMs);
			const value = row === undefined ? null : (Object.values(row)[0] ?? null);
			const found = value === null ? null : String(value);
			outcomes.push({ name, held: holds(found, expect), found });
		} catch (error) {
			outcomes.push({ name, held: false, found: error instanceof Error ? error.message : String(error) });
		}
	}
	return outcomes;
}

function holds(found: string | null, expect: string | undefined): boolean {
	return expect === undefined ? found !== null && found !== "" && found !== "0" : found === expect;
}
