/** The book of what was acknowledged, outside of the database: on a file before the next write, and in memory. */
import { openSync, writeSync } from "node:fs";

export interface Book {
	/** Acknowledged ids and when the acknowledgement arrived, in the order of arrival. */
	readonly ids: readonly number[];
	readonly times: readonly number[];
	readonly unknownIds: readonly number[];
	readonly refused: number;
	/** Who acknowledged last. */
	readonly instance: string | null;
	acknowledge(id: number, instance: string): void;
	/** The outcome of this write will never be known. */
	unknown(id: number): void;
	/** The server said that it did not do this write. */
	refuse(): void;
}

/** Milliseconds since 1970, from a clock that is never set back while the process runs. */
export const now = (): number => performance.timeOrigin + performance.now();

/** @param folder that exists: gets acknowledged.csv (id, time) and unknown.csv (id) */
export function openBook(folder: string): Book {
	const acknowledged = openSync(`${folder}/acknowledged.csv`, "a");
	const unknown = openSync(`${folder}/unknown.csv`, "a");
	const ids: number[] = [];
	const times: number[] = [];
	const unknownIds: number[] = [];
	let refused = 0;
	let last: string | null = null;
	return {
		ids,
		times,
		unknownIds,
		get refused() {
			return refused;
		},
		get instance() {
			return last;
		},
		acknowledge(id, instance) {
			const at = now();
			// Synchronous, so that the entry is out of this process before the next statement leaves it.
			writeSync(acknowledged, `${id},${at.toFixed(3)}\n`);
			ids.push(id);
			times.push(at);
			last = instance;
		},
		unknown(id) {
			writeSync(unknown, `${id}\n`);
			unknownIds.push(id);
		},
		refuse() {
			refused += 1;
		},
	};
}
