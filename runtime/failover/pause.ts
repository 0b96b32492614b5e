/** An operator's order to change nothing by itself for a while: `mysql-dr pause`. */
import { z } from "zod";

export const pauseName = "mysql-pause";
export const pauseKey = "pause.json";

export const pauseSchema = z.object({
	id: z.string(),
	at: z.iso.datetime(),
	until: z.iso.datetime(),
	/** Milliseconds from `at` to `until`. */
	lastsMs: z.number().positive(),
	reason: z.string(),
});

export type PauseOrder = z.infer<typeof pauseSchema>;

/** As status shows it. */
export interface Paused {
	readonly until: string;
	readonly reason: string;
}

/** Null where there is none, or none that can be read: an order that nobody understands stops nothing. */
export function parsePause(text: string | undefined): PauseOrder | null {
	if (text === undefined) return null;
	try {
		return pauseSchema.parse(JSON.parse(text));
	} catch {
		return null;
	}
}

/** What a leader remembers of the order: when it first saw it, by its monotonic clock. */
export class PauseWatch {
	#seen: { readonly id: string; readonly at: number } | null = null;

	/** A pause ends by the wall clock, and at the latest when it was seen for as long as it was to last. */
	paused(order: PauseOrder | null, moment: { readonly now: number; readonly wall: number }): Paused | null {
		if (order === null) return null;
		if (this.#seen?.id !== order.id) this.#seen = { id: order.id, at: moment.now };
		const over = moment.wall >= Date.parse(order.until) || moment.now - this.#seen.at >= order.lastsMs;
		return over ? null : { until: order.until, reason: order.reason };
	}
}
