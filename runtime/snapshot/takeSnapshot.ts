/** Takes one snapshot of a replica that stands still: the work of a job, without its pod. */
import { donorFacts, donorSession, readMembers } from "../backup/donorAccess.ts";
import { FailedError, Refusal } from "../exit.ts";
import type { ClusterRecord } from "../failover/record.ts";
import { formatGtidSet } from "../mysql/gtidSet.ts";
import { chooseReplica } from "./chooseReplica.ts";
import { type FlushSettings, fewDirtyPages, flushAsBefore, flushEagerly } from "./dirtyPages.ts";
import { discardSnapshot, onOpenSession, type RestLimits, type RestWork, snapshotAtRest } from "./snapshotAtRest.ts";

export interface TakeRun extends Pick<RestWork, "snapshotClass" | "access" | "hold" | "store" | "tell" | "signal"> {
	/** As it is now. */
	readonly record: () => Promise<ClusterRecord>;
	/** Default {@link takeLimits}. */
	readonly limits?: TakeLimits;
}

/** Milliseconds. */
export interface TakeLimits extends RestLimits {
	/** For the pages, while the applier still runs. */
	readonly flushMs: number;
}

export const takeLimits: TakeLimits = { flushMs: 120_000, stillMs: 45_000, pagesMs: 10_000 };

export interface Taken {
	readonly name: string;
	readonly instance: string;
	readonly server: string;
	readonly term: number;
	readonly gtidExecuted: string;
	readonly version: string;
	readonly bytes: number;
	/** For how long the replica's applier stood still. */
	readonly stillSeconds: number;
	/** From the first question to the end. */
	readonly seconds: number;
	/** Pages that a copy has to recover from the redo log. */
	readonly dirtyPages: number;
	/** Why earlier attempts came to nothing. */
	readonly failedAttempts: readonly string[];
	readonly notes: readonly string[];
}

/** What is left then is written within a moment. */
const fewPages = 200;
const attempts = 3;

/** The steps, in words. */
export const takeSteps = { flush: "writing pages", still: "taking the snapshot", again: "trying once more" } as const;

/**
 * Wherever it ends, the replica goes on, its settings are as they were, and no snapshot is left that may not be used. A
 * killed job leaves at most a setting, which the next job puts back, an order that runs out, an applier that the watchdog
 * starts, and a snapshot that nobody has verified.
 * @throws Refusal where there is no replica to take out; FailedError after three attempts
 */
export async function takeSnapshot(run: TakeRun): Promise<Taken> {
	const began = performance.now();
	const failedAttempts: string[] = [];
	while (failedAttempts.length < attempts) {
		run.signal.throwIfAborted();
		try {
			const made = await attempt(run);
			return { ...made, seconds: seconds(performance.now() - began), failedAttempts };
		} catch (error) {
			run.signal.throwIfAborted();
			if (error instanceof Refusal) throw error;
			const message = error instanceof Error ? error.message : String(error);
			failedAttempts.push(message);
			run.tell({ step: takeSteps.again, message });
		}
	}
	throw new FailedError(`no snapshot came of ${attempts} attempts: ${[...new Set(failedAttempts)].join("; ")}`);
}

async function attempt(run: TakeRun): Promise<Omit<Taken, "seconds" | "failedAttempts">> {
	const { access, tell, signal, limits = takeLimits } = run;
	const record = await run.record();
	const { term } = record;
	const { instance, server, version } = chooseReplica(record, await readMembers(access));
	const { dataBytes: bytes } = await donorFacts(access, instance);
	const facts = { instance, server, term, version, bytes };
	const session = await donorSession(access, instance, "backup");
	let before: FlushSettings | null = null;
	try {
		before = await flushEagerly(session);
		const eager = before !== null;
		tell({ step: takeSteps.flush, message: instance });
		if (eager) await fewDirtyPages(session, fewPages, { timeoutMs: limits.flushMs, signal });
		tell({ step: takeSteps.still, message: instance });
		const { name, gtidExecuted, stillMs, dirtyPages } = await snapshotAtRest({ ...run, limits, session, facts });
		await sameTerm(run, term, name);
		const made = { name, ...facts, gtidExecuted: formatGtidSet(gtidExecuted), dirtyPages };
		return { ...made, stillSeconds: seconds(stillMs), notes: eager ? [] : [older(instance)] };
	} finally {
		const back = onOpenSession({ access, facts, session }, (open) => flushAsBefore(open, before));
		await back.catch((error) => tell({ step: "noted", message: `${instance}: ${error}` }));
		session.close();
	}
}

const older = (instance: string) =>
	`${instance} was made before the account backup was allowed to have pages written: a copy has more to recover`;

/** The term that is written on it must be the one that its transactions are of. */
async function sameTerm({ record, store }: TakeRun, term: number, name: string): Promise<void> {
	const now = await record().catch(() => null);
	if (now?.term === term) return;
	const what = now === null ? "nobody could say whether the primary changed" : "the primary changed";
	const why = `${what} while ${name} was taken`;
	await discardSnapshot(store, name, why);
	throw new FailedError(why);
}

const seconds = (ms: number) => Math.round(ms) / 1000;
