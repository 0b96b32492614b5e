/** Which backup or snapshot and which segments lead to a target, or why nothing does. Pure. */
import { UserError } from "../../objectives/error.ts";
import { Refusal } from "../exit.ts";
import { formatGtidSet, type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import { type Base, called, type GivenSnapshot, snapshotBase } from "./base.ts";
import { clockNotes } from "./clockNotes.ts";
import { archiveRange, newestCommit } from "./cut.ts";
import { backupBases, misfit, type StoredCatalogue, type Wanted } from "./fittingBackup.ts";
import type { History } from "./history.ts";
import { type Broken, type PlannedSegment, planReplay, type Replay } from "./planReplay.ts";
import { formatMicros, formatTarget, type RestoreTarget } from "./target.ts";

export interface RestoreInputs extends Wanted {
	readonly catalogues: readonly StoredCatalogue[];
	/** What the copy's volume was made from. It comes before every backup: it is there already. */
	readonly snapshot?: GivenSnapshot | undefined;
	/** What was tried and found damaged, as {@link called} names it, and how. */
	readonly unusable?: ReadonlyMap<string, string>;
}

export interface RestorePlan {
	readonly target: RestoreTarget;
	readonly base: Base;
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
 * The snapshot, or the newest backup, that holds nothing beyond the cut and from which the archive leads there.
 * @throws UserError for a target outside of what can be restored, with what can
 * @throws Refusal where something that is needed is damaged or missing: names it, and what can be restored without it
 */
export function planRestore(inputs: RestoreInputs): RestorePlan {
	const notes: string[] = [...inputs.history.notes, ...inputs.catalogues.flatMap((c) => c.damaged)];
	const broken: Broken[] = [];
	for (const base of basesOf(inputs)) {
		const unfit = inputs.unusable?.get(called(base)) ?? misfit(base, inputs);
		if (unfit !== null) {
			if (isToldOf(base, inputs)) notes.push(`${called(base)} is passed over: ${unfit}`);
			continue;
		}
		const replay = planReplay(parseGtidSet(base.gtidExecuted), inputs.history, inputs.cut);
		if (!("why" in replay)) return planWith(base, replay, inputs, [...notes, ...clockNotes(base, inputs)]);
		broken.push(replay);
		notes.push(`${called(base)} is passed over: ${replay.why}`);
	}
	throw refusal(inputs, broken, notes);
}

function basesOf({ snapshot, catalogues }: RestoreInputs): readonly Base[] {
	const given = snapshot === undefined ? [] : [snapshotBase(snapshot)];
	return snapshot?.alone ? given : [...given, ...backupBases(catalogues)];
}

/** That a backup is newer than a target is nothing to tell. */
function isToldOf(base: Base, { target, unusable }: RestoreInputs): boolean {
	return base.kind === "snapshot" || target.kind === "latest" || unusable?.has(called(base)) === true;
}

function planWith(base: Base, replay: Replay, { target, history }: RestoreInputs, notes: string[]): RestorePlan {
	const lastTerm = lastTermOf(history);
	const archive = replay.segments.reduce((sum, { segment }) => sum + segment.header.bytes, 0);
	return { target, base, ...replay, bytes: { data: base.bytes, archive }, lastTerm, notes };
}

function lastTermOf({ segments, provisional, orphans }: History): number | null {
	const terms = [...segments, ...provisional].map(({ header }) => header.term);
	const all = [...terms, ...orphans.map(({ term }) => term)];
	return all.length === 0 ? null : all.reduce((a, b) => Math.max(a, b));
}

function refusal(inputs: RestoreInputs, broken: readonly Broken[], notes: readonly string[]): Error {
	const target = formatTarget(inputs.target);
	const usable = backupBases(inputs.catalogues).filter((base) => !inputs.unusable?.has(called(base)));
	// Of the newest backup: it leads the furthest.
	const [nearest] = broken;
	if (nearest !== undefined) return new Refusal(`${target}: ${nearest.why}`, possibleBefore(nearest));
	if (inputs.snapshot?.alone) {
		const remedy = "leave out its name, and one that fits is taken, or a backup";
		return new Refusal(`${target}: ${notes.at(-1)}`, remedy);
	}
	if (usable.length === 0) {
		const why = notes.length === 0 ? "there is no backup" : `there is no backup that can be used (${notes.join("; ")})`;
		return new Refusal(`${target}: ${why}`, "make one: mysql-dr backup full");
	}
	return new UserError({
		field: "--to",
		value: target,
		wrong: `no backup is older than ${target}`,
		remedy: `the oldest one was finished at ${usable.at(-1)?.finishedAt}, and ${archiveRange(inputs.history)}: name a later target`,
	});
}

function possibleBefore({ before }: Broken): string {
	const last = before === null ? null : newestCommit([before]);
	if (last === null) return "restore to an earlier target, or name another backup's";
	return `what is possible before it: --to ${formatMicros(last)}`;
}

/** For people and JSON. */
export function planDocument(plan: RestorePlan) {
	const { base } = plan;
	const [first, last] = [plan.segments[0], plan.segments.at(-1)];
	return {
		target: formatTarget(plan.target),
		backup: base.kind === "backup" ? { id: base.id, finishedAt: base.finishedAt, copies: base.copies } : null,
		snapshot: base.kind === "snapshot" ? { name: base.id, takenBefore: base.finishedAt } : null,
		segments: { count: plan.segments.length, first: numberOf(first), last: numberOf(last) },
		bytes: plan.bytes,
		gtids: formatGtidSet(plan.gtids),
		notes: plan.notes,
	};
}

const numberOf = (planned: PlannedSegment | undefined) => planned?.segment.number ?? null;
