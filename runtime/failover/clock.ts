/** Where time comes from: the machine's own clock, or a virtual one on which a whole cluster is simulated. */
import { sleep } from "./sleep.ts";

export interface Clock {
	/** Monotonic milliseconds. */
	now(): number;
	/** The wall clock, in milliseconds since 1970: for people, and never trusted alone, since it may step. */
	wall(): number;
	/** Resolves after `ms`, or at once when the signal says so. */
	sleep(ms: number, stop?: AbortSignal): Promise<void>;
}

const never = new AbortController().signal;

export const systemClock: Clock = {
	now: () => performance.now(),
	wall: () => Date.now(),
	sleep: (ms, stop = never) => sleep(ms, stop),
};
