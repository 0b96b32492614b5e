/** What is wrong with a volume that was made of a snapshot, before its instance was ever connected to the primary. Pure. */
import type { PodFacts } from "./podFacts.ts";
import type { ClusterRecord } from "./record.ts";
import type { Health } from "./view.ts";
import type { ClaimFacts, VolumeFault } from "./volumeFault.ts";

export interface SnapshotVolume {
	readonly name: string;
	readonly claim: ClaimFacts | null;
	readonly pod: PodFacts | undefined;
	/** Null before it was asked. */
	readonly health: Health | null;
	readonly record: ClusterRecord | null;
	/** For the storage to make it, and for its server to let the watchdog in. Milliseconds. */
	readonly limitMs: number;
	/** Milliseconds since 1970. */
	readonly wall: number;
}

/** Recovery of a sound copy does not end in mysqld's end; while it was started once more, it may yet come to something. */
const restartsLimit = 2;

/**
 * It stands on what was made of a snapshot, and nobody has connected it to the primary since: it has acknowledged nothing,
 * and nothing that it holds counts.
 */
export function unconnected(record: ClusterRecord | null, name: string, claim: ClaimFacts | null): boolean {
	const last = record?.volumes?.[name];
	if (last?.from === undefined || claim === null || claim.ending) return false;
	// The claim that was to be given up may have been made of the same snapshot, long ago.
	return claim.source === last.from.snapshot && claim.uid !== last.claim;
}

/**
 * Null while it may come to something. None of its data count, and the next attempt is an empty volume: hence `gone`.
 */
export function snapshotFault(volume: SnapshotVolume): VolumeFault | null {
	const { name, claim, record } = volume;
	if (claim === null || !unconnected(record, name, claim)) return null;
	const wrong = trouble(volume, claim);
	return wrong === null ? null : { kind: "gone", reason: `what was made of snapshot ${claim.source}: ${wrong}` };
}

function trouble({ pod, health, limitMs, wall }: SnapshotVolume, claim: ClaimFacts): string | null {
	const late = wall - claim.madeAt > limitMs;
	if (claim.phase === "Pending") return late ? "the storage has made no volume of it" : null;
	if (health?.state === "unknown" && late) return `it does not let the watchdog in: ${health.reason}`;
	const ended = pod !== undefined && !pod.ready && !pod.running;
	return ended && pod.restarts >= restartsLimit ? "mysqld does not start on it" : null;
}
