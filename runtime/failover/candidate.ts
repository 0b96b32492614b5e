/** A watchdog's place in the queue for the lease: it renews, leads when elected, and gives way to a better place. */
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { Leader } from "./leader.ts";
import type { LeaseKeeper } from "./lease.ts";
import type { Pods } from "./pods.ts";

export interface CandidateOptions {
	/** Its own pod name. */
	readonly self: string;
	readonly lease: LeaseKeeper;
	readonly renewMs: number;
	readonly pods: Pods;
	readonly clock: Clock;
	readonly log: Logger;
	/** A new leader for each time that it is elected. */
	readonly leader: () => Leader;
	/** A round of the lease ended: the process is alive. */
	readonly onRound: () => void;
}

/** Moving away from the primary's zone more often would be worse than standing there. */
const moveMs = 30_000;
const watchMs = 50;
/** Between two looks at a lease that is about to be vacant. */
const minimalMs = 50;

export class Candidate {
	readonly #options: CandidateOptions;
	#leader: Leader | null = null;

	constructor(options: CandidateOptions) {
		this.#options = options;
	}

	/** Null while it does not lead. */
	get leader(): Leader | null {
		return this.#leader;
	}

	leading(): boolean {
		return this.#options.lease.remaining() > 0;
	}

	/** Until `stop`; what it holds of the lease then is the caller's to release. */
	async run(stop: AbortSignal): Promise<void> {
		const renewing = this.#renew(stop);
		while (!stop.aborted) await this.#leadWhenElected(stop);
		await renewing;
	}

	async #leadWhenElected(stop: AbortSignal): Promise<void> {
		const { clock, log } = this.#options;
		if (!this.leading()) return clock.sleep(watchMs, stop);
		log.info("leading");
		this.#leader = this.#options.leader();
		await this.#leader.run(stop).catch((error) => log.error({ err: error }, "leading failed"));
		this.#leader = null;
		log.info("no longer leading");
	}

	async #renew(stop: AbortSignal): Promise<void> {
		const { clock, lease, log, renewMs, onRound } = this.#options;
		let movedAt = Number.NEGATIVE_INFINITY;
		while (!stop.aborted) {
			const started = clock.now();
			await lease.round();
			onRound();
			if (this.#shouldMove() && clock.now() - movedAt > moveMs) {
				movedAt = clock.now();
				log.info("giving the lease to a watchdog that stands better");
				await lease.release().catch(() => {});
			}
			// Not a period late when the lease runs out in the middle of one; one that was taken meanwhile is not hurried after.
			const rest = renewMs - (clock.now() - started);
			await clock.sleep(Math.min(rest, Math.max(minimalMs, lease.vacantIn())), stop);
		}
	}

	/**
	 * Losing the primary's zone should not cost the lease's time as well; and one that alone cannot reach the primary
	 * cannot open it again either, should it be closed.
	 */
	#shouldMove(): boolean {
		const decision = this.#leader?.decision;
		const cutOff = decision?.alerts.includes("primaryUnseen") === true;
		const waits = decision?.action.do === "wait";
		if (!this.leading() || !waits || !(cutOff || sharesZoneWithPrimary(this.#options))) return false;
		const zone = zoneOf(this.#options);
		return this.#options.pods.watchdogs().some((w) => w.ready && w.zone !== null && w.zone !== zone);
	}
}

interface Place {
	readonly self: string;
	readonly pods: Pods;
}

/** The zone in which this watchdog stands. */
export function zoneOf({ self, pods }: Place): string | null {
	return pods.watchdogs().find((w) => w.name === self)?.zone ?? null;
}

export function sharesZoneWithPrimary(place: Place): boolean {
	const primary = [...place.pods.database().values()].find((p) => p.role === "primary");
	const zone = zoneOf(place);
	return zone !== null && primary?.zone === zone;
}
