/** What is left of a deadline that several statements share. */
import { DeadlineError } from "./session.ts";

/** Milliseconds on a clock that is never set. */
export type Now = () => number;

export const monotonic: Now = () => performance.now();

/**
 * Each call gives the milliseconds that are left.
 *
 * @throws DeadlineError when it is over: a process that stood still must not go on where it stopped.
 */
export function within(deadlineMs: number, now: Now): () => number {
	const end = now() + deadlineMs;
	return () => {
		const left = end - now();
		if (left <= 0) throw new DeadlineError(`no time was left of ${Math.round(deadlineMs)} ms`);
		return left;
	};
}
