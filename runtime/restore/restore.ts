/** A copy of the database as it was at a target, out of nothing but the stores and a key. */
import { rm } from "node:fs/promises";
import type { BackupStore } from "../backup/backupStore.ts";
import { identity } from "../backup/keys.ts";
import { FailedError } from "../exit.ts";
import { equals, formatGtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";
import type { ScratchOptions, ScratchServer } from "../scratch/scratchServer.ts";
import { startScratch } from "../scratch/startScratch.ts";
import { dropOwnLogs, replaySettings } from "./applier.ts";
import { called } from "./base.ts";
import { choosePlan } from "./choosePlan.ts";
import { newestCommit } from "./cut.ts";
import { heldByNearBackups } from "./nearBackups.ts";
import type { RestorePlan } from "./planRestore.ts";
import type { Report } from "./progress.ts";
import { readStores, type Since, type Stored } from "./readStores.ts";
import { executed, type Replayed, replay } from "./replay.ts";
import { restoreData, UnusableBase } from "./restoreData.ts";
import { RestoredCopy } from "./restoredCopy.ts";
import { checkRoom, neededBytes, replayBytes } from "./room.ts";
import { chosenPart, type SegmentSource, UnusableSegment } from "./segmentSource.ts";
import { dropSnapshotData, type SnapshotData, takeSnapshotData } from "./snapshotData.ts";
import { formatMicros, type RestoreTarget } from "./target.ts";

export interface RestoreWork {
	readonly cluster: string;
	/** In the order in which they are to be read from. */
	readonly stores: readonly BackupStore[];
	/** The backup key, or the recovery key. */
	readonly key: string;
	/** Gets `data`, the server's socket and log; what it held of an earlier restore is replaced. */
	readonly folder: string;
	/** Bytes for the server's buffer pool. */
	readonly bufferPool: number;
	readonly report: Report;
	/** What an operator should know although it does not keep the restore from going on. */
	readonly onNote: (note: string) => void;
	readonly onPlan?: (plan: RestorePlan) => void;
	/** What the volume below `folder` was made from: then nothing needs to be fetched, where it leads to the target. */
	readonly snapshot?: SnapshotData | undefined;
	/** Relay log in one batch; default: `defaultBatchBytes`. */
	readonly batchBytes?: number;
	readonly signal?: AbortSignal | undefined;
}

export interface Restored {
	readonly copy: RestoredCopy;
	readonly plan: RestorePlan;
	readonly measured: RestoreMeasured;
}

export interface RestoreMeasured {
	/** From the first look at the stores on. */
	readonly totalSeconds: number;
	readonly downloadSeconds: number;
	readonly bootSeconds: number;
	readonly replay: Replayed;
	/** Of the data directory. */
	readonly bytes: number;
}

/** The copy is up, read-only, and holds exactly what was planned. @throws UserError, Refusal before anything is begun */
export async function restore(target: RestoreTarget, work: RestoreWork): Promise<Restored> {
	const began = performance.now();
	const source = segmentSource(work);
	const planner = new Planner(work, target, source);
	work.report({ step: "reading the stores" });
	for (;;) {
		const plan = await planner.next();
		await makeRoom(plan, work);
		work.onPlan?.(plan);
		try {
			return await carryOut(plan, work, source, began);
		} catch (error) {
			if (!(error instanceof UnusableBase)) throw error;
			work.onNote(error.message);
			planner.without(error);
			await rm(scratchPaths(work.folder).data, { recursive: true, force: true });
		}
	}
}

/** The archive from the newest backups on is read first: its beginning is weeks ago. */
class Planner {
	readonly #work: RestoreWork;
	readonly #target: RestoreTarget;
	readonly #source: SegmentSource;
	readonly #unusable = new Map<string, string>();
	#stored: Stored | null = null;
	#whole = false;

	constructor(work: RestoreWork, target: RestoreTarget, source: SegmentSource) {
		this.#work = work;
		this.#target = target;
		this.#source = source;
	}

	without({ base, message }: UnusableBase): void {
		this.#unusable.set(called(base), message);
	}

	async next(): Promise<RestorePlan> {
		this.#stored ??= await this.#read((catalogues) => this.#near(catalogues));
		try {
			return await this.#plan(this.#stored);
		} catch (error) {
			if (this.#whole) throw error;
			// What is near is not enough, or the target is nowhere: only all of it can tell.
			this.#whole = true;
			this.#stored = await this.#read(() => null);
			return this.#plan(this.#stored);
		}
	}

	#near(catalogues: Parameters<Since>[0]): ReturnType<Since> {
		const snapshot = this.#work.snapshot?.snapshot;
		if (snapshot !== undefined) return parseGtidSet(snapshot.gtidExecuted);
		return heldByNearBackups(catalogues, this.#target);
	}

	#plan(stored: Stored): Promise<RestorePlan> {
		const given = { snapshot: this.#work.snapshot?.snapshot, unusable: this.#unusable };
		return choosePlan(stored, this.#target, this.#source, given);
	}

	#read(since: Since): Promise<Stored> {
		return readStores(
			this.#work.stores.map(({ objects }) => objects),
			this.#work.cluster,
			since,
		);
	}
}

export interface OpenSource extends SegmentSource {
	readonly open: (planned: Parameters<typeof chosenPart>[0]) => ReturnType<typeof chosenPart>;
}

function segmentSource({ stores, key, onNote, signal }: RestoreWork): OpenSource {
	const source = { stores: stores.map(({ objects }) => objects), identity: identity(key), onNote, signal };
	return { ...source, open: (planned) => chosenPart(planned, source) };
}

async function carryOut(plan: RestorePlan, work: RestoreWork, source: OpenSource, began: number): Promise<Restored> {
	const downloadSeconds = await bring(plan, work);
	const boot = performance.now();
	work.report({ step: "booting the copy" });
	const server = await booted(plan, work);
	try {
		await begin(server, plan);
		const bootSeconds = (performance.now() - boot) / 1000;
		const parts = { folder: scratchPaths(work.folder).data, nextChannel: channels(), open: source.open };
		const replayed = await replay(plan, { ...work, ...parts, session: server.session });
		const measured = { totalSeconds: (performance.now() - began) / 1000, downloadSeconds, bootSeconds };
		const copy = new RestoredCopy({ ...parts, server, work, source }, plan.target);
		return { copy, plan, measured: { ...measured, replay: replayed, bytes: plan.bytes.data } };
	} catch (error) {
		await server.stop(endMs).catch(() => {});
		throw error instanceof UnusableSegment ? new FailedError(withPossible(error, plan)) : error;
	}
}

/** Each segment's header was right; what lies behind it is found out when it is opened. */
function withPossible(error: UnusableSegment, { segments }: RestorePlan): string {
	const last = newestCommit(segments.map(({ segment }) => segment).filter(({ number }) => number < error.number));
	return last === null ? error.message : `${error.message}; what is possible before it: --to ${formatMicros(last)}`;
}

/** A snapshot that is not restored would take the room of what is. */
async function makeRoom({ base, bytes }: RestorePlan, { folder, batchBytes, snapshot }: RestoreWork): Promise<void> {
	const there = base.kind === "snapshot";
	if (!there && snapshot !== undefined) await dropSnapshotData(snapshot);
	await checkRoom(folder, (there ? replayBytes : neededBytes)(bytes.data, bytes.archive, batchBytes));
}

/** @returns seconds that it took */
async function bring(plan: RestorePlan, work: RestoreWork): Promise<number> {
	const { snapshot, folder, stores } = work;
	if (plan.base.kind === "snapshot" && snapshot !== undefined) return takeSnapshotData(snapshot, folder);
	return restoreData(plan, { ...work, repositories: stores.map(({ repository }) => repository) });
}

/** A backup was booted before it was stored; the storage's snapshot may not be what its verified copy was. */
async function booted({ base }: RestorePlan, work: RestoreWork): Promise<ScratchServer> {
	try {
		return await startScratch(copyOptions(work));
	} catch (error) {
		work.signal?.throwIfAborted();
		if (base.kind !== "snapshot" || !(error instanceof Error)) throw error;
		throw new UnusableBase(base, [error.message]);
	}
}

/** How the server of a copy is started, at first and again. */
export function copyOptions({ folder, bufferPool, signal }: RestoreWork): ScratchOptions {
	const options = { folder, bufferPool, purpose: "restore", readOnly: true, settings: replaySettings() } as const;
	return signal === undefined ? options : { ...options, signal };
}

const endMs = 60_000;
const statementMs = 60_000;

/** Whom the original replicated from is no concern of the copy's. */
async function begin({ session }: ScratchServer, { base }: RestorePlan): Promise<void> {
	const held = await executed(session);
	if (!equals(held, parseGtidSet(base.gtidExecuted))) {
		const said = base.kind === "snapshot" ? "is written on it" : "the catalogue says";
		throw new UnusableBase(base, [`it holds ${formatGtidSet(held)}, not what ${said}`]);
	}
	await session.run("RESET REPLICA ALL", statementMs);
	if (base.kind === "snapshot") await dropOwnLogs(session);
}

function channels(): () => string {
	let number = 0;
	return () => {
		number += 1;
		return `r${number}`;
	};
}
