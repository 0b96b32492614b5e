/** What the watchdog sees, as a value: the input of every decision. */
import type { Reading } from "../mysql/reading.ts";
import type { Paused } from "./pause.ts";
import type { Request } from "./record.ts";
import type { RolloutFacts } from "./rollout.ts";
import type { Trend } from "./trend.ts";
import type { VolumeFault } from "./volumeFault.ts";

export type Health =
	/** It answered a query. */
	| {
			readonly state: "readable";
			readonly reading: Reading;
			/** Since it was asked. */
			readonly ageMs: number;
			readonly trend: Trend;
	  }
	/**
	 * It does not answer; `confirmed` when it was asked often enough to act upon, `refused` when its host
	 * says that nothing listens there: then mysqld is not running, whatever the network does.
	 */
	| { readonly state: "unreachable"; readonly reason: string; readonly confirmed: boolean; readonly refused: boolean }
	/** It answers, but not to us (wrong password, wrong certificate): alive as far as we know. */
	| { readonly state: "unknown"; readonly reason: string };

export interface InstanceView {
	/** Pod name, also its first DNS label. */
	readonly name: string;
	readonly zone: string | null;
	/** Pod address; null while there is no pod. */
	readonly address: string | null;
	readonly health: Health;
	/** A long operation under way on it (a rebuild), which decisions leave alone. */
	readonly busy: string | null;
	/** Its role label as it is now. */
	readonly label: string | null;
	/** Why it is about to go (its pod ends, its node is cordoned or drained); null while it stays. */
	readonly leaving: string | null;
	/** It goes now: its pod is being deleted. */
	readonly ending: boolean;
	/** A snapshot's job has its applier stand still for a moment. */
	readonly quiesced: boolean;
	/** Null while nothing is known of it. */
	readonly volume: VolumeView | null;
}

export interface VolumeView {
	/** Null while nothing says that it cannot be used. */
	readonly fault: VolumeFault | null;
	/** It was given up a moment ago, or could not be: what came of that is to be seen first. */
	readonly resting: boolean;
	/** It was replaced already: not by itself again yet. */
	readonly heldBack: boolean;
	/** Its pod runs on it, as far as Kubernetes knows. */
	readonly runs: boolean;
	/** Its claim was given up and nothing uses it any more: it is held until another is made in its place. */
	readonly unmade: boolean;
	/** It was made of a snapshot, and its instance has not been connected to the primary since. */
	readonly unconnected: boolean;
	/** Null while nothing is known of it. */
	readonly size: VolumeSize | null;
}

export interface VolumeSize {
	/** Bytes that its claim asks for, and that it has. */
	readonly requested: number;
	readonly capacity: number;
	/** The part of its file system that is in use, from 0 to 1; null where its instance does not say. */
	readonly usedShare: number | null;
}

export interface View {
	readonly instances: readonly InstanceView[];
	/** The address that mysql-primary points to; null when it points nowhere. */
	readonly published: string | null;
	readonly request: Request | null;
	/** The operator's order to change nothing; null when there is none. */
	readonly paused: Paused | null;
	/** Milliseconds for which the primary is not changed again, unless it is dead or its data gone. */
	readonly holdOffMs: number;
	/** Milliseconds for which nothing has come of a restored copy's being put in place; 0 where none is. */
	readonly seedStillMs: number;
	/** Volumes were asked to grow and have not all grown yet, or only just: what is known of their room is old. */
	readonly growing: boolean;
	/** How far a rolling update is; null while that is not known. */
	readonly rollout: RolloutFacts | null;
}

export interface Readable {
	readonly name: string;
	readonly zone: string | null;
	readonly reading: Reading;
}

/** The instances that answered a query. */
export function readable(view: View): Readable[] {
	return view.instances.flatMap(({ name, zone, health }) =>
		health.state === "readable" ? [{ name, zone, reading: health.reading }] : [],
	);
}

/**
 * The view without the readings that are older: those instances count as not asked yet, never as lost. A decision
 * on what was read before the last act would take the new primary for one that refuses writes or lost its data.
 */
export function since(view: View, ageMs: number): View {
	const stale = {
		state: "unreachable",
		reason: "not asked since the last act",
		confirmed: false,
		refused: false,
	} as const;
	const instances = view.instances.map((i) =>
		i.health.state === "readable" && i.health.ageMs > ageMs ? { ...i, health: stale } : i,
	);
	return { ...view, instances };
}
