/** Claims and volumes as Kubernetes shows them to a watchdog, and what becomes of an instance whose claim is given up. */
import type { PodFacts } from "../../runtime/failover/podFacts.ts";
import type { VolumeObjects } from "../../runtime/failover/volumeReads.ts";
import type { Volumes } from "../../runtime/failover/volumes.ts";
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
}

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
		return !this.#of(name).dead;
	}

	/** What its pod's object says. */
	pod(name: string): Pick<PodFacts, "uid" | "ending" | "leaving" | "running"> {
		const ending = this.#ending.has(name);
		const leaving = ending ? "its pod is being deleted" : null;
		return { uid: `pod of ${this.#of(name).uid}`, ending, leaving, running: this.#world.mysql(name).up };
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
			release: (name, claim) => ask("giving a claim up", () => this.#release(name, claim)),
			run: async (members, stop) => {
				for (; this.#watched && !stop.aborted; await process.clock.sleep(readMs, stop))
					await Promise.all(members.map(look)).catch(() => {});
			},
		};
	}

	#of(name: string): Claim {
		const claim = this.#claims.get(name) ?? { uid: `claim 0 of ${name}`, lost: false, dead: false };
		this.#claims.set(name, claim);
		return claim;
	}

	#facts(name: string): Omit<VolumeObjects, "lostMs"> {
		const { uid, lost } = this.#of(name);
		const pod = this.pod(name);
		return {
			claim: { uid, requested: 0, capacity: 0, phase: lost ? "Lost" : "Bound", volume: "volume", ending: pod.ending },
			volume: lost ? "absent" : { name: "volume", phase: "Bound", reclaimPolicy: "Retain" },
			mountFailure: null,
			pod: { uid: pod.uid, note: null, running: pod.running },
		};
	}

	/** Deleting what is already being deleted changes nothing, and a claim that was made anew is another one. */
	#release(name: string, claim: string | null): void {
		const { uid } = this.#of(name);
		if (uid !== claim || this.#ending.has(name)) return;
		this.#world.note(`${name}: its claim is given up`);
		this.#ending.add(name);
		this.#world.clock.after(this.#world.random.between(leastMs, mostMs), () => {
			const instance = this.#world.mysql(name);
			this.#made += 1;
			this.replaced += 1;
			instance.crash(false);
			instance.wipe();
			this.#claims.set(name, { uid: `claim ${this.#made} of ${name}`, lost: false, dead: false });
			this.#ending.delete(name);
			instance.start();
		});
	}
}
