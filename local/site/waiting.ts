/** Waiting for a condition, by the clock: on a busy machine a round may take seconds. */
import { setTimeout as pause } from "node:timers/promises";
import { interruption, throwIfInterrupted } from "../tools/interruption.ts";

export interface WaitOptions {
	/** Milliseconds between two looks. Default 100. */
	readonly every?: number;
}

/**
 * Looks until `probe` gives something true and returns it. An error in a look counts as "not yet" and is told when the time is
 * over.
 */
export async function until<T>(
	what: string,
	seconds: number,
	probe: () => Promise<T | undefined | false | null>,
	{ every = 100 }: WaitOptions = {},
): Promise<T> {
	const deadline = performance.now() + seconds * 1000;
	let last: unknown;
	for (;;) {
		throwIfInterrupted();
		try {
			const found = await probe();
			if (found) return found;
			last = undefined;
		} catch (error) {
			last = error;
		}
		if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s${because(last)}`);
		await pause(every, undefined, { signal: interruption }).catch(throwIfInterrupted);
	}
}

function because(error: unknown): string {
	return error instanceof Error ? ` (${error.message})` : "";
}
