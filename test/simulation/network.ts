/**
 * Links between nodes, each direction on its own: ordered, delayed, cut. What is sent into a cut is kept and arrives
 * after it heals, as TCP sends again what was not confirmed: a statement may so arrive long after its sender gave up.
 */
import type { Random } from "./random.ts";
import type { VirtualClock } from "./virtualClock.ts";

interface Link {
	cuts: number;
	extraMs: number;
	arrivesAt: number;
	readonly kept: (() => void)[];
}

export class Network {
	readonly #clock: VirtualClock;
	readonly #random: Random;
	readonly #links = new Map<string, Map<string, Link>>();

	constructor(clock: VirtualClock, random: Random) {
		this.#clock = clock;
		this.#random = random;
	}

	send(from: string, to: string, arrive: () => void): void {
		const link = this.#link(from, to);
		if (link.cuts > 0) link.kept.push(arrive);
		else this.#carry(link, arrive);
	}

	/** True when neither direction is cut. */
	joined(a: string, b: string): boolean {
		return this.#link(a, b).cuts === 0 && this.#link(b, a).cuts === 0;
	}

	cut(from: string, to: string): void {
		this.#link(from, to).cuts += 1;
	}

	heal(from: string, to: string): void {
		const link = this.#link(from, to);
		link.cuts -= 1;
		if (link.cuts > 0) return;
		for (const arrive of link.kept.splice(0)) this.#carry(link, arrive);
	}

	delay(from: string, to: string, ms: number): void {
		this.#link(from, to).extraMs += ms;
	}

	#carry(link: Link, arrive: () => void): void {
		const at = this.#clock.now() + 0.2 + this.#random.next() * 2 + link.extraMs;
		link.arrivesAt = Math.max(at, link.arrivesAt + 0.001);
		this.#clock.after(link.arrivesAt - this.#clock.now(), arrive);
	}

	#link(from: string, to: string): Link {
		let links = this.#links.get(from);
		if (links === undefined) {
			links = new Map();
			this.#links.set(from, links);
		}
		let link = links.get(to);
		if (link === undefined) {
			link = { cuts: 0, extraMs: 0, arrivesAt: 0, kept: [] };
			links.set(to, link);
		}
		return link;
	}
}
