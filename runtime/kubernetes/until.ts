/** Waiting for what can only be looked at again. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Patience {
	readonly timeoutMs: number;
	/** Time between the starts of two looks. */
	readonly periodMs: number;
	readonly signal: AbortSignal;
}

/**
 * Looks again and again until there is something.
 * @returns what was found, or null after the time limit, which is measured by the clock and not by rounds
 * @throws the signal's reason when interrupted, and what `look` throws
 */
export async function until<T>(patience: Patience, look: () => Promise<T | null>): Promise<T | null> {
	const { timeoutMs, periodMs, signal } = patience;
	const began = performance.now();
	for (;;) {
		signal.throwIfAborted();
		const round = performance.now();
		const found = await look();
		if (found !== null) return found;
		const now = performance.now();
		if (now - began >= timeoutMs) return null;
		await sleep(Math.max(1, Math.min(round + periodMs - now, began + timeoutMs - now)), undefined, { signal }).catch(
			() => signal.throwIfAborted(),
		);
	}
}
