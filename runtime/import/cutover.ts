/** `import cutover`: the source is closed, the target gets the rest, both are compared, and the target stands alone. */
import { FailedError, Refusal } from "../exit.ts";
import { killThread } from "../mysql/channels.ts";
import type { Session } from "../mysql/session.ts";
import { refuseOtherSource, takeTheTurn } from "./begin.ts";
import { unlockAccounts } from "./bringAccounts.ts";
import { awaitCaughtUp, troubleOf } from "./catchUp.ts";
import { channelStatus, reach, removeChannel } from "./channel.ts";
import { type Comparison, compare } from "./compare.ts";
import { type Ends, type ImportContext, withEnds } from "./context.ts";
import { wakeEvents } from "./events.ts";
import { type ImportState, readState, writeState } from "./importState.ts";
import { takeInventory } from "./inventory.ts";
import { currentPosition, positionText, samePosition } from "./position.ts";
import { openSource } from "./sourceLink.ts";

export interface CutoverOptions {
	/** Whoever asks has stopped every writer; the source's settings are not touched. */
	readonly writersStopped: boolean;
	/** From closing the source; after it everything is put back. Milliseconds. */
	readonly limitMs: number;
	/** Of larger tables only the rows are counted. */
	readonly checksumBytes: number;
}

export interface CutoverReport {
	/** How long the source took no writes before the target could. Null where an earlier cutover was only finished. */
	readonly writeDowntimeSeconds: number | null;
	readonly comparison: Comparison | null;
	/** The source was made read-only, and stays so until somebody changes it or it restarts. */
	readonly sourceClosed: boolean;
}

/** @throws FailedError when it could not be finished; the source takes writes again then, unless the message says otherwise */
export async function cutover(context: ImportContext, options: CutoverOptions): Promise<CutoverReport> {
	return withEnds(context, async (ends) => {
		await takeTheTurn(ends.target);
		const state = await ready(ends.target);
		refuseOtherSource(context, state);
		if (state.phase === "opening") {
			await open(ends, state);
			return { writeDowntimeSeconds: null, comparison: null, sourceClosed: state.sourceClosed };
		}
		await awaitCaughtUp(ends, context);
		const sizes = await sizesOf(ends.source, state);
		const began = performance.now();
		const left = () => Math.max(1, began + options.limitMs - performance.now());
		const attempt: Attempt = { state: await writeState(ends.target, { ...state, phase: "closing" }) };
		let comparison: Comparison;
		try {
			comparison = await handOver(ends, context, { options, attempt, sizes, left });
		} catch (error) {
			await putBack(ends, context, attempt.state, error as Error);
			throw error;
		}
		// From here on nothing is put back: whether the target is decided for must never be in doubt.
		await decideAndOpen(ends, attempt.state);
		const writeDowntimeSeconds = (performance.now() - began) / 1000;
		return { writeDowntimeSeconds, comparison, sourceClosed: attempt.state.sourceClosed };
	});
}

/** What a cutover has written down so far. */
interface Attempt {
	state: ImportState;
}

interface Handing {
	readonly options: CutoverOptions;
	readonly attempt: Attempt;
	readonly sizes: ReadonlyMap<string, number>;
	readonly left: () => number;
}

/** All that may fail and be put back: until both are known to hold the same. */
async function handOver(ends: Ends, context: ImportContext, handing: Handing): Promise<Comparison> {
	const { options, attempt, left } = handing;
	if (!options.writersStopped) await close(ends, attempt, context, left());
	const position = await currentPosition(ends.source);
	if (!(await reach(ends.target, position, left()))) {
		throw new FailedError(`the target did not come to ${positionText(position)} within the limit`);
	}
	const comparison = await compared(ends, context, handing);
	if (samePosition(position, await currentPosition(ends.source))) return comparison;
	throw new FailedError("somebody has written to the source meanwhile");
}

async function ready(target: Session): Promise<ImportState> {
	const state = await readState(target);
	if (state === null || state.phase === "loading") {
		throw new Refusal("there is no import that could be cut over", "begin with mysql-dr import start");
	}
	if (state.phase === "done") throw new Refusal("the cutover has been made", "see mysql-dr import status");
	if (state.phase === "opening") return state;
	const trouble = troubleOf(await channelStatus(target));
	if (trouble !== null) throw new Refusal("the target does not follow the source", trouble);
	return state;
}

async function sizesOf(source: Session, { schemas }: ImportState): Promise<ReadonlyMap<string, number>> {
	const names = schemas.map(({ name }) => name);
	const { tables } = await takeInventory(source, names);
	return new Map(tables.map(({ schema, name, dataBytes }) => [`${schema}.${name}`, dataBytes]));
}

/** Written down before it is done: a kill in between must not leave a closed source that nobody knows of. */
async function close(ends: Ends, attempt: Attempt, context: ImportContext, leftMs: number): Promise<void> {
	const [[row] = []] = await ends.source.run("SELECT @@GLOBAL.super_read_only AS closed", leftMs);
	if (Number(row?.closed) === 1) return;
	attempt.state = await writeState(ends.target, { ...attempt.state, sourceClosed: true });
	// It waits for the commits under way by the server's own limit: an abandoned wait would hold on.
	const seconds = Math.max(1, Math.floor(leftMs / 1000) - 1);
	await ends.source.run(`SET SESSION lock_wait_timeout = ${seconds}; SET GLOBAL super_read_only = ON`, leftMs);
	context.say({ type: "note", text: "the source takes no more writes" });
}

async function compared(ends: Ends, context: ImportContext, handing: Handing): Promise<Comparison> {
	const { options, attempt, sizes, left } = handing;
	const schemas = attempt.state.schemas.map(({ name }) => name);
	const { checksumBytes } = options;
	const comparison = await compare(ends, { schemas, checksumBytes, sizes, signal: context.signal, deadlineMs: left });
	const { differences } = comparison;
	if (differences.length === 0) return comparison;
	const shown = differences.slice(0, 10).join("; ");
	throw new FailedError(`source and target differ: ${shown}${differences.length > 10 ? "; and more" : ""}`);
}

async function decideAndOpen(ends: Ends, state: ImportState): Promise<void> {
	try {
		await open(ends, await writeState(ends.target, { ...state, phase: "opening", error: null }));
	} catch (error) {
		throw new FailedError(
			`source and target are the same, but the target is not open yet (${(error as Error).message}); the source stays closed; finish with mysql-dr import cutover`,
		);
	}
}

/** May be repeated. */
async function open({ source, target }: Ends, state: ImportState): Promise<void> {
	await removeChannel(target);
	await unlockAccounts(target, state.unlock);
	await wakeEvents(
		source,
		target,
		state.schemas.map(({ name }) => name),
	);
	if (!state.trusted) await target.run("SET GLOBAL log_bin_trust_function_creators = OFF", 10_000);
	await writeState(target, { ...state, phase: "done" });
}

/** Milliseconds. */
const putBackMs = 10_000;

/** The writers first. Where the target cannot write down that all is as before, it says so when it is asked again. */
async function putBack(ends: Ends, context: ImportContext, state: ImportState, error: Error): Promise<void> {
	try {
		await withSource(ends, context, (source) => reopenSource(source, state));
	} catch (failed) {
		throw new FailedError(
			`${error.message}; and the source could not be opened again (${(failed as Error).message}): SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF`,
		);
	}
	const before = { ...state, phase: "following", sourceClosed: false, error: error.message } as const;
	await writeState(ends.target, before).catch(() => {});
}

/** A session that missed its deadline is gone, and what it waits for on the server could still close the source: it is ended. */
async function withSource(ends: Ends, context: ImportContext, work: (source: Session) => Promise<void>): Promise<void> {
	if (!ends.source.closed) return work(ends.source);
	const again = await openSource(context.source);
	try {
		await killThread(again, ends.sourceId, putBackMs);
		await work(again);
	} finally {
		again.close();
	}
}

/** Nothing where it was not us who closed it. */
export async function reopenSource(source: Session, { sourceClosed }: ImportState): Promise<void> {
	if (!sourceClosed) return;
	await source.run("SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF", putBackMs);
}
