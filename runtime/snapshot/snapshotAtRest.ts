/** The part of a snapshot for which a replica's applier stands still. */
import { donorSession, type MemberAccess } from "../backup/donorAccess.ts";
import type { Tell } from "../backup/progress.ts";
import { FailedError } from "../exit.ts";
import { until } from "../kubernetes/until.ts";
import { equals, type GtidSet } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { monotonic, within } from "../mysql/within.ts";
import { fewDirtyPages } from "./dirtyPages.ts";
import { executed, startApplier, stopApplier } from "./heldApplier.ts";
import type { Hold } from "./podHold.ts";
import { annotationsOf, type Snapshot, snapshotAnnotations } from "./snapshot.ts";
import { type SnapshotStore, snapshotName } from "./snapshotStore.ts";

export interface RestWork {
	readonly facts: Pick<Snapshot, "instance" | "server" | "term" | "version" | "bytes">;
	/** Of the account `backup`, on that instance. */
	readonly session: Session;
	readonly snapshotClass: string;
	readonly access: MemberAccess;
	readonly hold: Hold;
	readonly store: SnapshotStore;
	readonly tell: Tell;
	readonly signal: AbortSignal;
	readonly limits: RestLimits;
}

/** Milliseconds. */
export interface RestLimits {
	/** From when the applier is told to stop until it is told to go on: less than its hold, with time to spare. */
	readonly stillMs: number;
	/** Of these, for the last pages. */
	readonly pagesMs: number;
}

export interface AtRest {
	readonly name: string;
	readonly gtidExecuted: GtidSet;
	/** For how long the applier stood still. */
	readonly stillMs: number;
	/** Pages that were not in the data files. */
	readonly dirtyPages: number;
}

/** How often the storage is looked at. */
const lookMs = 200;

/**
 * However it ends, the applier goes on, and a snapshot that may not be used is marked and let go.
 * @throws FailedError where something was applied meanwhile, or the storage made none in time
 */
export async function snapshotAtRest(work: RestWork): Promise<AtRest> {
	const name = snapshotName(new Date());
	const outcome = await rest(work, name).catch((error: unknown) => ({ error }));
	await goOn(work);
	const ended = monotonic();
	if ("error" in outcome) {
		await discard(work, name, outcome.error);
		throw outcome.error;
	}
	const { stoppedAt, ...found } = outcome;
	return { name, ...found, stillMs: ended - stoppedAt };
}

async function rest(work: RestWork, name: string) {
	const { session, store, snapshotClass, facts, signal, limits } = work;
	await work.hold.take(facts.instance);
	const left = within(limits.stillMs, monotonic);
	const stoppedAt = monotonic();
	await stopApplier(session, left);
	// What is left is no fault: the redo log has it, and a copy recovers it at its start.
	const dirtyPages = await fewDirtyPages(session, 0, { timeoutMs: Math.min(limits.pagesMs, left()), signal });
	const gtidExecuted = await executed(session);
	const annotations = annotationsOf({ ...facts, gtidExecuted });
	await store.create({ name, snapshotClass, claim: claimOf(facts.instance), annotations });
	await made(store, name, left(), signal);
	if (equals(gtidExecuted, await executed(session))) return { gtidExecuted, dirtyPages, stoppedAt };
	throw new FailedError(`${facts.instance} went on while ${name} was made of it`);
}

/** components/naming.ts declares the same. */
const claimOf = (instance: string) => `data-${instance}`;

/** Until the storage has made it; that it is copied away and can be used may take much longer. */
async function made(store: SnapshotStore, name: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
	let trouble = "";
	const found = await until({ timeoutMs, periodMs: lookMs, signal }, async () => {
		const { status } = (await store.read(name)) ?? {};
		trouble = status?.error?.message ?? "";
		return status?.creationTime !== undefined || status?.readyToUse === true ? true : null;
	});
	if (found !== null) return;
	const seconds = Math.round(timeoutMs / 1000);
	throw new FailedError(`the storage did not make ${name} within ${seconds} s${trouble && `: ${trouble}`}`);
}

/** Told to end or not; what cannot be done here, the watchdog does. */
async function goOn(work: RestWork): Promise<void> {
	const { hold, tell, facts } = work;
	const noted = (error: unknown) => tell({ step: "noted", message: `${facts.instance}: ${textOf(error)}` });
	await onOpenSession(work, startApplier).catch(noted);
	await hold.release(facts.instance).catch(noted);
}

/** The session at hand may have been lost. */
export async function onOpenSession(
	{ access, facts, session }: Pick<RestWork, "access" | "facts" | "session">,
	ask: (session: Session) => Promise<void>,
): Promise<void> {
	if (!session.closed) return ask(session);
	const another = await donorSession(access, facts.instance, "backup");
	try {
		await ask(another);
	} finally {
		another.close();
	}
}

/** Marked first: should it not go, nobody takes it for one that may be used. */
async function discard({ store, tell }: RestWork, name: string, why: unknown): Promise<void> {
	await discardSnapshot(store, name, textOf(why)).catch((error) => {
		tell({ step: "noted", message: `${name} is left, and will be let go later: ${textOf(error)}` });
	});
}

export async function discardSnapshot(store: SnapshotStore, name: string, why: string): Promise<void> {
	if ((await store.read(name)) === null) return;
	await store.annotate(name, { [snapshotAnnotations.fault]: why.slice(0, 500) });
	await store.letGo(name);
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
