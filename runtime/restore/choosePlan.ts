/** A plan of a restore, with the one segment opened that tells exactly where its target is. */
import { Refusal } from "../exit.ts";
import { type Cut, cutWithin, findCut, newestCommit } from "./cut.ts";
import type { History } from "./history.ts";
import { planRestore, type RestoreInputs, type RestorePlan } from "./planRestore.ts";
import type { Stored } from "./readStores.ts";
import { openFromAny, type SegmentSource, UnusableSegment } from "./segmentSource.ts";
import { formatMicros, formatTarget, type RestoreTarget } from "./target.ts";

/**
 * @param given the snapshot that is there, and what was tried in vain
 * @throws UserError, Refusal as `planRestore`; nothing is changed
 */
export async function choosePlan(
	{ catalogues, history, away }: Stored,
	target: RestoreTarget,
	source: SegmentSource,
	given: Pick<RestoreInputs, "snapshot" | "unusable"> = {},
): Promise<RestorePlan> {
	const cut = await exactCut(history, target, source);
	const plan = planRestore({ ...given, catalogues, history, target, cut });
	return { ...plan, notes: [...away, ...plan.notes] };
}

/** @throws Refusal where the segment in which the target lies cannot be read */
export async function exactCut(history: History, target: RestoreTarget, source: SegmentSource): Promise<Cut> {
	for (let beyond = 0; ; ) {
		const found = findCut(history, target, beyond);
		if (!("open" in found)) return found;
		const { transactions } = await openFromAny(found.open, source).catch((error: unknown) => {
			throw error instanceof UnusableSegment ? unreadable(history, target, error) : error;
		});
		const cut = cutWithin(found.open, transactions, target);
		if (cut !== null) return cut;
		beyond = found.open.number;
	}
}

function unreadable(history: History, target: RestoreTarget, error: UnusableSegment): Refusal {
	const before = newestCommit(history.segments.filter(({ number }) => number < error.number));
	const remedy =
		before === null ? "name an earlier target" : `what is possible before it: --to ${formatMicros(before)}`;
	return new Refusal(`${formatTarget(target)}: ${error.message}`, remedy);
}
