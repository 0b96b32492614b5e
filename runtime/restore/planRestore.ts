/** Which backup and which segments lead to a target, or why nothing does. Pure. */
import { UserError } from "../../objectives/error.ts";
import type { BackupEntry } from "../backup/entry.ts";
import { Refusal } from "../exit.ts";
import { formatGtidSet, type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import { archiveRange, newestCommit } from "./cut.ts";
import {
	type BackupCopy,
	type Candidate,
	candidates,
	misfit,
	type StoredCatalogue,
	type Wanted,
} from "./fittingBackup.ts";
import type { History } from "./history.ts";
import { type Broken, type PlannedSegment, planReplay, type Replay } from "./planReplay.ts";
import { formatMicros, formatTarget, type RestoreTarget } from "./target.ts";

export interface RestoreInputs extends Wanted {
	readonly catalogues: readonly StoredCatalogue[];
	/** Backups that were tried and found damaged, and how. */
	readonly unusable?: ReadonlyMap<string, string>;
}

export interface RestorePlan {
	readonly target: RestoreTarget;
	readonly backup: BackupEntry;
	/** Where it lies; the first is tried first. */
	readonly copies: readonly BackupCopy[];
	readonly segments: readonly PlannedSegment[];
	/** All that the restored copy holds, and nothing else. */
	readonly gtids: GtidSet;
	/** Of the data directory, and of the uncompressed binary logs. */
	readonly bytes: { readonly data: number; readonly archive: number };
	/** The last term that the archive knows of; null where it holds nothing. */
	readonly lastTerm: number | null;
	/** What an operator should know: an older backup than the newest, a damaged copy. */
	readonly notes: readonly string[];
}

/**
 * The newest backup that holds nothing beyond the cut and from which the archive leads there.
 * @throws UserError for a target outside of what can be restored, with what can
 * @throws Refusal where something that is needed is damaged or missing: names it, and what can be restored without it
 */
export function planRestore(inputs: RestoreInputs): RestorePlan {
	const notes: string[] = [...inputs.history.notes, ...inputs.catalogues.flatMap((c) => c.damaged)];
	const broken: Broken[] = [];
	for (const candidate of candidates(inputs.catalogues)) {
		const { entry } = candidate;
		const wrong = inputs.unusable?.get(entry.id);
		if (wrong !== undefined) {
			notes.push(`backup ${entry.id} is passed over: ${wrong}`);
			continue;
		}
		const unfit = misfit(entry, inputs);
		if (unfit !== null) {
			if (inputs.target.kind === "latest") notes.push(`backup ${entry.id} is passed over: ${unfit}`);
			continue;
		}
		const replay = planReplay(parseGtidSet(entry.gtidExecuted), inputs.history, inputs.cut);
		if (!("why" in replay)) return planWith(candidate, replay, inputs, notes);
		broken.push(replay);
		notes.push(`backup ${entry.id} is passed over: ${replay.why}`);
	}
	throw refusal(inputs, broken, notes);
}

function planWith({ entry, copies }: Candidate, replay: Replay, inputs: RestoreInputs, notes: string[]): RestorePlan {
	const { target, history } = inputs;
	const lastTerm = lastTermOf(history);
	const archive = replay.segments.reduce((sum, { segment }) => sum + segment.header.bytes, 0);
	return { target, backup: entry, copies, ...replay, bytes: { data: entry.bytes, archive }, lastTerm, notes };
}

function lastTermOf({ segments, provisional, orphans }: History): number | null {
	const terms = [...segments, ...provisional].map(({ header }) => header.term);
	const all = [...terms, ...orphans.map(({ term }) => term)];
	return all.length === 0 ? null : all.reduce((a, b) => Math.max(a, b));
}

function refusal(inputs: RestoreInputs, broken: readonly Broken[], notes: readonly string[]): Error {
	const target = formatTarget(inputs.target);
	const usable = candidates(inputs.catalogues).filter(({ entry }) => !inputs.unusable?.has(entry.id));
	// Of the newest backup: it leads the furthest.
	const [nearest] = broken;
	if (nearest !== undefined) return new Refusal(`${target}: ${nearest.why}`, possibleBefore(nearest));
	if (usable.length === 0) {
		const why = notes.length === 0 ? "there is no backup" : `there is no backup that can be used (${notes.join("; ")})`;
		return new Refusal(`${target}: ${why}`, "make one: mysql-dr backup full");
	}
	return new UserError({
		field: "--to",
		value: target,
		wrong: `no backup is older than ${target}`,
		remedy: `the oldest one was finished at ${usable.at(-1)?.entry.finishedAt}, and ${archiveRange(inputs.history)}: name a later target`,
	});
}

function possibleBefore({ before }: Broken): string {
	const last = before === null ? null : newestCommit([before]);
	if (last === null) return "restore to an earlier target, or name another backup's";
	return `what is possible before it: --to ${formatMicros(last)}`;
}

/** For people and JSON. */
export function planDocument(plan: RestorePlan) {
	const [first, last] = [plan.segments[0], plan.segments.at(-1)];
	return {
		target: formatTarget(plan.target),
		backup: { id: plan.backup.id, finishedAt: plan.backup.finishedAt, copies: plan.copies },
		segments: { count: plan.segments.length, first: numberOf(first), last: numberOf(last) },
		bytes: plan.bytes,
		gtids: formatGtidSet(plan.gtids),
		notes: plan.notes,
	};
}

const numberOf = (planned: PlannedSegment | undefined) => planned?.segment.number ?? null;
