/**
 * Anti-flap: for how long the primary is not changed again by the watchdog's own choice. A dead primary, or one whose
 * data is gone, is replaced all the same.
 */
import type { ClusterRecord } from "./record.ts";

/** A switchover that was undone is not tried again sooner: each one holds the writers up. */
const retryMs = 10_000;

/** When a leader first saw a term, by its monotonic clock; `begun` when it saw the term before, too. */
export interface TermSighting {
	readonly term: number;
	readonly at: number;
	readonly begun: boolean;
}

export interface Moment {
	/** Monotonic milliseconds. */
	readonly now: number;
	/** The wall clock, in milliseconds. */
	readonly wall: number;
}

/**
 * Milliseconds left. Never more than the whole time since the term was first seen, so that a clock that stepped back
 * holds nothing up; the wall clock only shortens the time of a term that began before this leader did.
 */
export function remaining(record: ClusterRecord, seen: TermSighting, { now, wall }: Moment, holdOffMs: number): number {
	// The first primary replaced nobody.
	if (record.term === 1) return 0;
	const bySight = holdOffMs - (now - seen.at);
	const byClock = holdOffMs - (wall - Date.parse(record.since));
	return Math.max(0, seen.begun ? bySight : Math.min(bySight, byClock));
}

/** What a leader remembers of it. */
export class HoldOff {
	readonly #holdOffMs: number;
	#seen: TermSighting | null = null;
	#failedAt = Number.NEGATIVE_INFINITY;

	constructor(holdOffMs: number) {
		this.#holdOffMs = holdOffMs;
	}

	/** A change of the watchdog's own choice was undone. */
	failed(now: number): void {
		this.#failedAt = now;
	}

	remaining(record: ClusterRecord | null, moment: Moment): number {
		if (record === null) return 0;
		if (this.#seen?.term !== record.term) {
			this.#seen = { term: record.term, at: moment.now, begun: this.#seen !== null };
		}
		const retry = retryMs - (moment.now - this.#failedAt);
		return Math.max(0, retry, remaining(record, this.#seen, moment, this.#holdOffMs));
	}
}
