/** Where in the history a target lies. Pure. */
import { UserError } from "../../objectives/error.ts";
import type { BinlogTransaction } from "../binlog/transaction.ts";
import { contains, emptySet, type GtidSet, isEmpty, parseGtidSet, union } from "../mysql/gtidSet.ts";
import type { History, HistorySegment } from "./history.ts";
import { formatMicros, formatTarget, type RestoreTarget } from "./target.ts";

/** The history up to here is what is restored. */
export interface Cut {
	/** Number of the last segment of which something is restored; 0: nothing of the archive. */
	readonly through: number;
	/** What of that segment; null: all that is fresh in it. */
	readonly chosen: GtidSet | null;
}

/** Headers alone do not tell: that segment's transactions are needed, for {@link cutWithin}. */
export interface ToOpen {
	readonly open: HistorySegment;
}

/**
 * @param beyond only segments with greater numbers; what {@link cutWithin} was asked for in vain
 * @throws UserError for a target outside of what is archived, with what is
 */
export function findCut(history: History, target: RestoreTarget, beyond = 0): Cut | ToOpen {
	if (target.kind === "latest") return { through: history.segments.at(-1)?.number ?? 0, chosen: null };
	return target.kind === "gtid" ? cutAtGtid(history, target.gtid) : cutAtTime(history, target.micros, beyond);
}

function cutAtGtid(history: History, gtid: string): ToOpen {
	const set = parseGtidSet(gtid);
	const open = history.segments.find(({ fresh }) => contains(fresh, set));
	if (open !== undefined) return { open };
	throw outside(history, { kind: "gtid", gtid }, whyNot(history, set, gtid));
}

function whyNot(history: History, set: GtidSet, gtid: string): string {
	const orphaned = history.orphans.find(({ gtids }) => contains(parseGtidSet(gtids), set));
	if (orphaned !== undefined) return `${gtid} never happened: term ${orphaned.term} began without it`;
	if (history.provisional.some(({ fresh }) => contains(fresh, set))) {
		return `no replica has confirmed ${gtid} yet, which its primary alone held`;
	}
	return `${gtid} is not in the archive`;
}

function cutAtTime(history: History, micros: number, beyond: number): Cut | ToOpen {
	const { segments } = history;
	const later = ({ header, fresh, number }: HistorySegment) =>
		number > beyond && !isEmpty(fresh) && (header.lastCommit ?? 0) > micros;
	const index = segments.findIndex(later);
	const found = segments[index];
	if (found !== undefined) {
		const whole = (found.header.firstCommit ?? 0) > micros;
		return whole ? { through: segments[index - 1]?.number ?? 0, chosen: null } : { open: found };
	}
	const last = newestCommit(segments);
	if (last === null || last < micros) {
		throw outside(history, { kind: "time", micros }, `${formatMicros(micros)} is after the last archived commit`);
	}
	return { through: segments.at(-1)?.number ?? 0, chosen: null };
}

/** @returns null where everything in it is before the target: then it lies further on */
export function cutWithin(
	segment: HistorySegment,
	transactions: readonly BinlogTransaction[],
	target: RestoreTarget,
): Cut | null {
	let chosen = emptySet;
	for (const { gtid, originalCommit } of transactions) {
		const one = parseGtidSet(gtid);
		if (!contains(segment.fresh, one)) continue;
		if (target.kind === "time" && originalCommit > target.micros) return { through: segment.number, chosen };
		chosen = union(chosen, one);
		if (target.kind === "gtid" && gtid === target.gtid) return { through: segment.number, chosen };
	}
	return null;
}

/** Microseconds; null where nothing is archived. */
export function newestCommit(segments: readonly HistorySegment[]): number | null {
	return segments.reduce<number | null>((newest, { header }) => {
		if (header.lastCommit === null) return newest;
		return newest === null ? header.lastCommit : Math.max(newest, header.lastCommit);
	}, null);
}

function outside(history: History, target: RestoreTarget, wrong: string): UserError {
	return new UserError({
		field: "--to",
		value: formatTarget(target),
		wrong,
		remedy: `${archiveRange(history)}: name a target in that range, or "latest"`,
	});
}

/** For messages: from when to when. */
export function archiveRange({ segments }: History): string {
	const first = segments.find(({ header }) => header.firstCommit !== null)?.header.firstCommit;
	const last = newestCommit(segments);
	if (first === undefined || first === null || last === null) return "nothing is archived";
	return `the archive reaches from ${formatMicros(first)} to ${formatMicros(last)}`;
}
