/** Which snapshots may be let go. Pure, and in doubt it keeps. */
import { snapshotAnnotations, snapshotOf, type VolumeSnapshotObject } from "./snapshot.ts";

/** What is asked of a snapshot. */
export interface KeptSnapshot {
	readonly name: string;
	/** When the storage made it, or it was asked for; ms since 1970. */
	readonly at: number;
	readonly verified: boolean;
	readonly faulty: boolean;
	readonly inUse: boolean;
}

/** More tell nobody more about what is wrong. */
const mostFaulty = 2;

/** Those that we made. Somebody else's, which carry no GTID set, are nobody's business here. */
export function keptSnapshots(objects: readonly VolumeSnapshotObject[]): KeptSnapshot[] {
	return objects.flatMap((object) => {
		const snapshot = snapshotOf(object);
		if (snapshot === null) return [];
		const { annotations, creationTimestamp } = object.metadata ?? {};
		return {
			name: snapshot.name,
			at: new Date(snapshot.takenAt ?? creationTimestamp ?? 0).getTime(),
			verified: snapshot.verifiedAt !== null && snapshot.fault === null,
			faulty: snapshot.fault !== null,
			inUse: annotations?.[snapshotAnnotations.inUseBy] !== undefined,
		};
	});
}

/**
 * The names of those that are not among the newest `keep` without a fault; never the newest verified one, nor one that
 * something is being made of. Faulty ones are kept for people to look at: two at most, and until there is a newer one
 * that was verified.
 */
export function letGo(snapshots: readonly KeptSnapshot[], keep: number): string[] {
	const newestFirst = snapshots.toSorted((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));
	const verified = newestFirst.find((one) => one.verified);
	const faulty = newestFirst.filter((one) => one.faulty && one.at >= (verified?.at ?? Number.NEGATIVE_INFINITY));
	const spared = new Set([
		...newestFirst.filter((one) => !one.faulty).slice(0, keep),
		...faulty.slice(0, mostFaulty),
		...(verified === undefined ? [] : [verified]),
	]);
	return newestFirst.filter((one) => !spared.has(one) && !one.inUse).map(({ name }) => name);
}
