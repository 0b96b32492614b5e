/** What a leader remembers of the volumes that it replaced: none is replaced again too soon. */
import { type Room, usedShare } from "../mysql/room.ts";
import type { Clock } from "./clock.ts";
import type { Action } from "./decide.ts";
import type { PodFacts } from "./podFacts.ts";
import type { ClusterRecord } from "./record.ts";
import { snapshotFault, unconnected } from "./snapshotVolume.ts";
import type { Health, VolumeSize, VolumeView } from "./view.ts";
import { type ClaimFacts, damagedData, volumeFault } from "./volumeFault.ts";
import type { Volumes } from "./volumes.ts";

export interface VolumeLimits {
	/** For the volumes of a pod on a sound node to be mounted. */
	readonly mountMs: number;
	/** Between two replacements of an instance's volume. */
	readonly holdOffMs: number;
}

/** A storage that cannot make a sound volume is not asked for one after the other: the time doubles up to this. */
const longestMs = 24 * 3_600_000;
/** For claim and pod to go; then what is left of them is tried again. What failed is tried again after it, too. */
const restMs = 30_000;
/** For what protects a claim that is in use to let it go; each act holds the other decisions up. */
const makeRestMs = 2000;
/** For the storage to begin, and for the instances to say anew how much room they have. */
const growRestMs = 60_000;

/**
 * Milliseconds until an instance's volume may be replaced again. It doubles while no replacement came to an admitted
 * instance. The wall clock can only be behind by a step: then the time counts as begun now.
 */
export function volumeHoldOff(record: ClusterRecord | null, name: string, wall: number, holdOffMs: number): number {
	const last = record?.volumes?.[name];
	if (record === null || last === undefined) return 0;
	const worked = record.uuids[name] !== undefined && record.uuids[name] !== last.uuid;
	// A snapshot of which nothing came says nothing of the storage's empty volumes.
	if (!worked && last.from !== undefined) return 0;
	const wholeMs = worked ? holdOffMs : Math.min(longestMs, holdOffMs * 2 ** (last.times - 1));
	return Math.max(0, Math.min(wholeMs, wholeMs - (wall - Date.parse(last.at))));
}

const isHeld = (claim: ClaimFacts | null): boolean => (claim?.ending && claim.held) ?? false;

/** A pod without a node uses nothing yet: it waits for its claim. */
function isUnused(pod: PodFacts | undefined): boolean {
	return pod === undefined || (pod.node === null && !pod.ending);
}

export class VolumeWatch {
	readonly #volumes: Pick<Volumes, "seen">;
	readonly #limits: VolumeLimits;
	readonly #clock: Clock;
	readonly #triedAt = new Map<string, number>();
	readonly #madeAt = new Map<string, number>();
	readonly #rooms = new Map<string, Room>();
	/** When a volume was last asked to grow, or seen not to have grown yet. */
	#grewAt = Number.NEGATIVE_INFINITY;
	readonly #released = new Map<string, { readonly at: number; readonly pod: string | null }>();

	constructor(volumes: Pick<Volumes, "seen">, limits: VolumeLimits, clock: Clock) {
		this.#volumes = volumes;
		this.#limits = limits;
		this.#clock = clock;
	}

	/** As its instance says. */
	hasRoom(name: string, room: Room | null): void {
		if (room === null) this.#rooms.delete(name);
		else this.#rooms.set(name, room);
	}

	/** What is known of room is older than what was grown last, for as long. */
	get growing(): boolean {
		return this.#clock.now() - this.#grewAt < growRestMs;
	}

	/** Carries an action out, and remembers a replacement: the pod that there was is about to go. */
	async during(action: Action, pods: ReadonlyMap<string, PodFacts>, work: () => Promise<void>): Promise<void> {
		if (action.do === "growVolumes") {
			this.#grewAt = this.#clock.now();
			return work();
		}
		if (action.do === "makeVolume") {
			return work().finally(() => this.#madeAt.set(action.name, this.#clock.now()));
		}
		if (action.do !== "replaceVolume" && action.do !== "renewVolume") return work();
		const { name } = action.step;
		const pod = pods.get(name)?.uid ?? null;
		try {
			await work();
			this.#released.set(name, { at: this.#clock.now(), pod });
		} finally {
			this.#triedAt.set(name, this.#clock.now());
		}
	}

	/** Until it has another pod: nothing that it does counts, and nothing is done to it. */
	busy(name: string, pod: PodFacts | undefined): string | null {
		const released = this.#released.get(name);
		if (released === undefined || this.#clock.now() - released.at >= restMs) return null;
		return pod === undefined || pod.uid === released.pod ? "replaceVolume" : null;
	}

	/** Null before the first look. @param health null before it was asked */
	view(
		name: string,
		pod: PodFacts | undefined,
		record: ClusterRecord | null,
		health: Health | null = null,
	): VolumeView | null {
		const look = this.#volumes.seen(name);
		if (look === null) return null;
		const { claim } = look;
		const wall = this.#clock.wall();
		const { mountMs } = this.#limits;
		const copied = snapshotFault({ name, claim, pod, health, record, limitMs: mountMs, wall });
		const own = claim === null ? null : damagedData(record, name);
		const fault = copied ?? volumeFault(look, pod, { mountMs, wall }) ?? own;
		const heldBack = this.#heldBack(name, claim?.uid ?? null, record, wall);
		const size = claim === null ? null : this.#size(name, claim);
		const unmade = isHeld(claim) && isUnused(pod) && !this.#triedToMake(name);
		const idle = unconnected(record, name, claim);
		const runs = pod?.running ?? false;
		return { fault, resting: this.#resting(name), heldBack, runs, unmade, unconnected: idle, size };
	}

	#size(name: string, { requested, capacity }: ClaimFacts): VolumeSize {
		if (capacity < requested) this.#grewAt = this.#clock.now();
		const room = this.#rooms.get(name);
		return { requested, capacity, usedShare: room === undefined ? null : usedShare(room, capacity) };
	}

	#triedToMake(name: string): boolean {
		const tried = this.#madeAt.get(name);
		return tried !== undefined && this.#clock.now() - tried < makeRestMs;
	}

	#resting(name: string): boolean {
		const tried = this.#triedAt.get(name);
		return tried !== undefined && this.#clock.now() - tried < restMs;
	}

	/** What was begun with the very claim that it still has is carried on. */
	#heldBack(name: string, claim: string | null, record: ClusterRecord | null, wall: number): boolean {
		const begun = claim !== null && record?.volumes?.[name]?.claim === claim;
		return !begun && volumeHoldOff(record, name, wall, this.#limits.holdOffMs) > 0;
	}
}
