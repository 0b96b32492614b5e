/** Claims and volumes as Kubernetes shows them to a watchdog, and what becomes of an instance whose claim is given up. */
import { RefusedError } from "../../runtime/failover/cancel.ts";
import type { PodFacts } from "../../runtime/failover/podFacts.ts";
import type { VolumeObjects } from "../../runtime/failover/volumeReads.ts";
import type { Volumes } from "../../runtime/failover/volumes.ts";
import { type Snapshot, shown } from "./snapshotModel.ts";
import type { Process } from "./watchdogProcess.ts";
import type { World } from "./world.ts";

const readMs = 2500;
/** From the deletion of a pod until the next one runs: Kubernetes ends one, makes a volume, starts the other. */
const leastMs = 500;
const mostMs = 4000;

interface Claim {
	uid: string;
	lost: boolean;
	/** Nothing of the instance runs, and nothing of it will. */
	dead: boolean;
	/** It stays when it is given up, until another is made. */
	held: boolean;
	/** It was given up, and its pod is gone. */
	unused: boolean;
	readonly source: string | null;
	/** The storage has made its volume. */
	bound: boolean;
	/** Virtual milliseconds. */
	readonly madeAt: number;
}

const newClaim = (uid: string, madeAt: number, source: string | null = null): Claim => {
	const stands = { lost: false, dead: false, held: false, unused: false };
	return { uid, ...stands, source, bound: source === null, madeAt };
};

export class VolumesModel {
	readonly #world: World;
	/** Whether anybody looks: what is asked of the network changes what else happens in a schedule. */
	readonly #watched: boolean;
	readonly #claims = new Map<string, Claim>();
	/** Pods that were deleted and are not gone yet. */
	readonly #ending = new Set<string>();
	#made = 0;
	/** How many claims were given up. */
	replaced = 0;
	/** How many instances came up with a snapshot's data. */
	copied = 0;
	readonly snapshots: Snapshot[] = [];
	/** Whether an instance comes with the server UUID of what its snapshot was taken of. */
	keepsIdentity = false;

	constructor(world: World, watched: boolean) {
		this.#world = world;
		this.#watched = watched;
	}

	/** The volume is gone; `dead` when its instance went with it and cannot start. */
	lose(name: string, dead: boolean): void {
		const claim = this.#of(name);
		claim.lost = true;
		claim.dead = dead;
		if (dead) this.#world.mysql(name).crash(false);
	}

	/** Nobody stands on a volume that is gone. */
	get sound(): boolean {
		return [...this.#claims.values()].every(({ lost }) => !lost);
	}

	/** Whether a container that ended can be started again. */
	startable(name: string): boolean {
		const { dead, unused, bound } = this.#of(name);
		return !dead && !unused && bound;
	}

	/** What its pod's object says. */
	pod(name: string): Pick<PodFacts, "uid" | "ending" | "leaving" | "running"> & Partial<Pick<PodFacts, "node">> {
		const { unused } = this.#of(name);
		const ending = this.#ending.has(name);
		const leaving = ending ? "its pod is being deleted" : null;
		return {
			uid: `pod of ${this.#of(name).uid}`,
			ending,
			leaving,
			running: this.#world.mysql(name).up,
			...(unused ? { node: null } : {}),
		};
	}

	/** As one watchdog sees them, through the API server. */
	seenBy(process: Process): Volumes {
		const seen = new Map<string, VolumeObjects>();
		const since = new Map<string, number>();
		const ask = <T>(what: string, work: () => T) => this.#world.api.ask(process, what, work);
		const look = async (name: string) => {
			const facts = await ask("looking at a volume", () => this.#facts(name));
			const now = process.clock.now();
			if (facts.claim?.phase !== "Lost") since.delete(name);
			else if (!since.has(name)) since.set(name, now);
			const found = { ...facts, lostMs: now - (since.get(name) ?? now) };
			seen.set(name, found);
			return found;
		};
		return {
			seen: (name) => seen.get(name) ?? null,
			look,
			grow: () => ask("growing", () => {}),
			keep: () => ask("keeping a volume", () => {}),
			sources: () => ask("listing snapshots", () => this.snapshots.map(shown)),
			hold: (name, claim) => ask("holding a claim", () => this.#hold(name, claim)),
			make: (name, of) => ask("making a claim", () => this.#make(name, of?.snapshot ?? null)),
			release: (name, claim) => ask("giving a claim up", () => this.#release(name, claim)),
			run: async (members, stop) => {
				for (; this.#watched && !stop.aborted; await process.clock.sleep(readMs, stop))
					await Promise.all(members.map(look)).catch(() => {});
			},
		};
	}

	#of(name: string): Claim {
		const claim = this.#claims.get(name) ?? newClaim(`claim 0 of ${name}`, 0);
		this.#claims.set(name, claim);
		return claim;
	}

	#facts(name: string): Omit<VolumeObjects, "lostMs"> {
		const { uid, lost, held, unused, source, bound, madeAt } = this.#of(name);
		const pod = this.pod(name);
		const phase = bound ? "Bound" : "Pending";
		const ending = pod.ending || unused;
		const own = { held, source, madeAt: Date.UTC(2026, 0) + madeAt };
		return {
			claim: { uid, requested: 0, capacity: 0, phase: lost ? "Lost" : phase, volume: "volume", ending, ...own },
			volume: lost ? "absent" : { name: "volume", phase: "Bound", reclaimPolicy: "Retain" },
			mountFailure: null,
			pod: { uid: pod.uid, note: null, running: pod.running },
		};
	}

	/** Deleting what is already being deleted changes nothing, and a claim that was made anew is another one. */
	#release(name: string, claim: string | null): void {
		const { uid, held, unused } = this.#of(name);
		if (uid !== claim || unused || this.#ending.has(name)) return;
		this.#world.note(`${name}: its claim is given up`);
		this.#ending.add(name);
		this.#world.clock.after(this.#world.random.between(leastMs, mostMs), () => {
			const instance = this.#world.mysql(name);
			this.replaced += 1;
			instance.crash(false);
			instance.wipe();
			this.#ending.delete(name);
			if (held) this.#of(name).unused = true;
			else this.#begin(name, null);
		});
	}

	#hold(name: string, claim: string): void {
		const own = this.#of(name);
		if (own.uid !== claim) throw new RefusedError("another claim");
		own.held = true;
	}

	/** Once nothing uses the one that was held. */
	#make(name: string, source: string | null): boolean {
		const { held, unused } = this.#of(name);
		if (!held) return false;
		if (!unused) throw new RefusedError("it is still in use");
		const snapshot = this.snapshots.find((one) => one.name === source);
		this.#begin(name, snapshot ?? null);
		return snapshot !== undefined;
	}

	#begin(name: string, snapshot: Snapshot | null): void {
		this.#made += 1;
		const { clock, random } = this.#world;
		const claim = newClaim(`claim ${this.#made} of ${name}`, clock.now(), snapshot?.name ?? null);
		this.#claims.set(name, claim);
		const instance = this.#world.mysql(name);
		if (snapshot === null) {
			instance.start();
			return;
		}
		this.#world.note(`${name}: its claim is made of ${snapshot.name}`);
		if (!snapshot.works) return;
		clock.after(random.between(leastMs, mostMs), () => {
			if (this.#of(name) !== claim) return;
			this.copied += 1;
			claim.bound = true;
			instance.restore(snapshot, this.keepsIdentity);
			instance.start();
		});
	}
}
