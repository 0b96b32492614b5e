/** What a new volume of a replica is made of: one of the database's snapshots, or nothing, and then it is cloned to. Pure. */
import { contains, type GtidSet } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { ClusterRecord } from "./record.ts";

/** By which the two ways are compared. */
export interface CopyRates {
	/** Bytes a second that CLONE copies from instance to instance. */
	readonly cloneBytes: number;
	/** Seconds of writing that a replica applies in one second. */
	readonly replay: number;
	/** Milliseconds that the storage is given to make and mount a volume. */
	readonly volumeMs: number;
}

/** A snapshot that the storage can make a volume of in the place of the one that went. */
export interface SourceSnapshot extends Snapshot {
	/** Bytes of the volume that it was taken of: one that is made from it cannot be smaller. */
	readonly volumeBytes: number;
}

export interface Nearness {
	readonly record: ClusterRecord;
	/** Of the open primary. */
	readonly primary: Pick<Reading, "executed" | "purged" | "version">;
	/** Those that can be used, in any order. */
	readonly snapshots: readonly SourceSnapshot[];
	/** Milliseconds since 1970. */
	readonly wall: number;
	readonly rates: CopyRates;
}

export interface NearestCopy {
	/** Null: an empty volume, and CLONE. */
	readonly snapshot: SourceSnapshot | null;
	/** For people. */
	readonly why: string;
}

/**
 * A snapshot must be ahead of CLONE by more than the storage may take before it is given up: so whatever comes of it, the
 * replica is there no later than twice the time that CLONE alone would have taken.
 */
export function nearestCopy({ record, primary, snapshots, wall, rates }: Nearness): NearestCopy {
	if (snapshots.length === 0) return { snapshot: null, why: "there is no snapshot that can be used" };
	const fit = snapshots.filter((one) => fits(record, primary, one));
	const [newest] = fit.sort((a, b) => takenAt(b) - takenAt(a));
	if (newest === undefined) {
		return { snapshot: null, why: "what the snapshots hold does not lead to what the primary holds" };
	}
	const cloneSeconds = newest.bytes / rates.cloneBytes;
	// A clock that stepped back makes none younger than it is taken for.
	const replaySeconds = Math.max(0, wall - takenAt(newest)) / 1000 / rates.replay;
	const seconds = (value: number) => `${Math.round(value)} s`;
	const compared = `CLONE takes about ${seconds(cloneSeconds)}, catching up from ${newest.name} about ${seconds(replaySeconds)}`;
	const nearer = cloneSeconds - replaySeconds > rates.volumeMs / 1000;
	return { snapshot: nearer ? newest : null, why: compared };
}

/**
 * It holds nothing but what the primary has, all that the primary no longer has logs of, and its server is of the same
 * version. Pages of one whose server was found to be damaged since are not trusted either.
 */
function fits(record: ClusterRecord, primary: Nearness["primary"], one: SourceSnapshot): boolean {
	const { gtidExecuted, version, server } = one;
	const damaged = Object.values(record.damaged ?? {}).some(({ uuid }) => uuid === server);
	return !damaged && version === primary.version && leadsTo(gtidExecuted, primary);
}

function leadsTo(held: GtidSet, { executed, purged }: Nearness["primary"]): boolean {
	return contains(executed, held) && contains(held, purged);
}

const takenAt = ({ takenAt: at }: SourceSnapshot): number => Date.parse(at ?? "");
