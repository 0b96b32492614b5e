/**
 * An applier that a snapshot's job stopped on purpose, for a moment: the job says so on the instance's pod, and the
 * watchdog, which starts every other applier that stands still, leaves that one alone.
 */
import { z } from "zod";
import type { Reading } from "../mysql/reading.ts";

/** On the pod of the instance. */
export const quiescedAnnotation = "mysql-dr/quiesced";

/** It counts for as long at most, whatever it says. Milliseconds. */
export const longestHoldMs = 60_000;

const orderSchema = z.object({
	/** When the job will be through; ms since 1970, by its own clock. */
	until: z.number(),
	/** The job's pod. */
	by: z.string().min(1),
});

/** The annotation's value. Each is another one, so that each is seen anew. */
export function quiesceOrder(until: number, by: string): string {
	return JSON.stringify({ until, by });
}

/** What nobody understands holds nothing. */
function isOrder(text: string): boolean {
	try {
		return orderSchema.safeParse(JSON.parse(text)).success;
	} catch {
		return false;
	}
}

/**
 * What a leader remembers of each instance's order: when it first saw it, by its monotonic clock. The job's `until` is not
 * compared with any clock of ours: either may have been set.
 */
export class QuiesceWatch {
	readonly #seen = new Map<string, { readonly order: string; readonly at: number }>();

	/** @param now monotonic milliseconds */
	quiesced(name: string, order: string | null, now: number): boolean {
		if (order === null || !isOrder(order)) {
			this.#seen.delete(name);
			return false;
		}
		const before = this.#seen.get(name);
		const seen = before?.order === order ? before : { order, at: now };
		this.#seen.set(name, seen);
		return now - seen.at < longestHoldMs;
	}
}

/** Its applier was stopped by such a job, and by nothing else: one that stopped with an error is not meant. */
export function stoppedByOrder({ applier }: Pick<Reading, "applier">, quiesced: boolean): boolean {
	return quiesced && applier !== null && !applier.running && applier.errno === 0;
}
