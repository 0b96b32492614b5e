/** Who may become primary, and whether anybody may: pure, and the place where no write is lost. */
import {
	contains,
	count,
	emptySet,
	type GtidSet,
	isEmpty,
	parseGtidSet,
	subtract,
	union,
	withoutServer,
} from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";
import type { ClusterRecord } from "./record.ts";
import type { Readable } from "./view.ts";

export type Choice =
	| { readonly chosen: string; readonly must: GtidSet }
	| { readonly refused: Refusal; readonly reason: string };

export type Refusal = "quorum" | "divergent" | "nobody";

/**
 * What this instance holds that was never part of the cluster's history. All that is legitimate in
 * a term is what its primary had at the start and what that primary made since.
 */
export function surplus(record: ClusterRecord, reading: Reading): GtidSet {
	const beyond = subtract(held(reading), parseGtidSet(record.gtidAtPromotion));
	const primaryUuid = record.uuids[record.primary];
	return primaryUuid === undefined ? beyond : withoutServer(beyond, primaryUuid);
}

/** True when this is the instance that the record knows, not one with a new data directory. */
export function isAdmitted(record: ClusterRecord, name: string, reading: Reading): boolean {
	return record.uuids[name] === reading.uuid;
}

/** True when pages of its data are known not to be what it wrote: it serves where nobody else does, and is made anew. */
export function isDamaged(record: ClusterRecord, name: string, { uuid }: Pick<Reading, "uuid">): boolean {
	return record.damaged?.[name]?.uuid === uuid;
}

/** True when this is the recorded primary with all that its term began with: its data may have been lost since. */
export function isIntact(record: ClusterRecord, reading: Reading): boolean {
	return isAdmitted(record, record.primary, reading) && contains(held(reading), parseGtidSet(record.gtidAtPromotion));
}

/**
 * Chooses among the instances that can be read. With one acknowledgement a write is on the primary
 * and on at least one replica: so either the primary itself or *every* replica must be readable,
 * otherwise the one acknowledged copy may be on the one that is missing.
 */
export function choose(record: ClusterRecord, members: readonly string[], seen: readonly Readable[]): Choice {
	const admitted = seen.filter((i) => isAdmitted(record, i.name, i.reading));
	const missing = members.filter((m) => !admitted.some((i) => i.name === m));
	const missingReplicas = missing.filter((m) => m !== record.primary);
	if (missing.includes(record.primary) && missingReplicas.length > 0) {
		const reason = `the primary ${record.primary} and ${missingReplicas.join(", ")} cannot be read: an acknowledged write may be on the missing one alone`;
		return { refused: "quorum", reason };
	}
	const sound = admitted.filter((i) => isEmpty(surplus(record, i.reading)));
	if (sound.length === 0) return { refused: "nobody", reason: "no sound instance can be read" };
	const must = union(...admitted.map((i) => legitimate(record, i.reading)));
	const able = sound.filter((i) => contains(held(i.reading), must));
	const damaged = ({ name, reading }: Readable) => Number(isDamaged(record, name, reading));
	const [best] = able.sort(
		(a, b) => damaged(a) - damaged(b) || rank(record, b) - rank(record, a) || compare(a.name, b.name),
	);
	if (best !== undefined) return { chosen: best.name, must };
	return { refused: "divergent", reason: "no instance holds everything that the others hold" };
}

/** Before there is a record: the instance that holds all that any holds. */
export function chooseFirst(seen: readonly Readable[]): Choice {
	const must = union(emptySet, ...seen.map((i) => held(i.reading)));
	const able = seen.filter((i) => contains(held(i.reading), must)).sort((a, b) => compare(a.name, b.name));
	const [best] = able;
	if (best !== undefined) return { chosen: best.name, must };
	return { refused: "divergent", reason: "the instances hold different histories and no record says which counts" };
}

function legitimate(record: ClusterRecord, reading: Reading): GtidSet {
	return subtract(held(reading), surplus(record, reading));
}

/** The primary itself if it is there (nobody has to move), then who has least left to apply. */
function rank(record: ClusterRecord, { name, reading }: Readable): number {
	return name === record.primary ? Number.MAX_SAFE_INTEGER : count(reading.executed);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
