/** Which transactions belong to the history that is archived. Pure. */
import type { BinlogTransaction } from "../binlog/transaction.ts";
import type { ClusterRecord } from "../failover/record.ts";
import { contains, type GtidSet, isEmpty, parseGtidSet, subtract, union, withoutServer } from "../mysql/gtidSet.ts";

/** What of the record decides; the record is read after the transactions were. */
export type Reign = Pick<ClusterRecord, "term" | "primary" | "uuids" | "gtidAtPromotion">;

/**
 * The part of a set that is of the history: what the primary held when its term began, and what it made since. The rest is an old
 * primary's, on an instance that was not rebuilt yet.
 */
export function wantedOf(reign: Reign): (set: GtidSet) => GtidSet {
	const begun = parseGtidSet(reign.gtidAtPromotion);
	const primary = reign.uuids[reign.primary] ?? "";
	return (set) => {
		const errant = withoutServer(subtract(set, begun), primary);
		return isEmpty(errant) ? set : subtract(set, errant);
	};
}

/**
 * What the archive has that the term began without. Whatever of an older term was archived was read before the record said otherwise,
 * so that nothing of the new term is among it. One that is named without need is archived again, since it counts as missing.
 */
export function orphansOf(reign: Reign, archived: GtidSet): GtidSet {
	return subtract(archived, parseGtidSet(reign.gtidAtPromotion));
}

export interface Sifted {
	/** To be archived, in their order. */
	readonly chosen: readonly BinlogTransaction[];
	readonly gtids: GtidSet;
	/** The offset behind what was decided about: the next look begins here. */
	readonly end: number;
	/** Whether something waits behind `end` for a replica to have it. */
	readonly waits: boolean;
}

export interface Sieve {
	readonly reign: Reign;
	/** What is archived already. */
	readonly position: GtidSet;
	/** Read from a primary, only what is in here may be archived: its dump thread hands out what nobody has acknowledged. Null: everything. */
	readonly confirmed: GtidSet | null;
}

/** @param end of the looked at part of the binary log */
export function sift(
	transactions: readonly BinlogTransaction[],
	end: number,
	{ reign, position, confirmed }: Sieve,
): Sifted {
	const wanted = wantedOf(reign);
	const chosen: BinlogTransaction[] = [];
	const texts: string[] = [];
	for (const transaction of transactions) {
		const one = parseGtidSet(transaction.gtid);
		if (contains(position, one) || isEmpty(wanted(one))) continue;
		if (confirmed !== null && !contains(confirmed, one)) {
			return { chosen, gtids: parseGtidSet(texts.join(",")), end: transaction.from, waits: true };
		}
		chosen.push(transaction);
		texts.push(transaction.gtid);
	}
	return { chosen, gtids: parseGtidSet(texts.join(",")), end, waits: false };
}

/** What some replica holds. */
export const heldBy = (sets: readonly GtidSet[]): GtidSet => union(...sets);
