/** What the primary had when it was last seen open: where all is lost, what an archive lacks is told by it. */
import { formatGtidSet, type GtidSet } from "../mysql/gtidSet.ts";
import { isIntact } from "./choose.ts";
import type { ClusterRecord } from "./record.ts";
import type { View } from "./view.ts";

/** As status shows it. */
export interface LastOpen {
	readonly instance: string;
	/** ISO 8601. */
	readonly at: string;
	readonly gtidExecuted: string;
}

/** Of a leader's time: another one knows what it has seen itself. */
export class LastOpenWatch {
	#seen: { readonly instance: string; readonly wall: number; readonly executed: GtidSet } | null = null;

	/** @param wall the wall clock, in milliseconds since 1970 */
	look(view: View, record: ClusterRecord | null, wall: number): void {
		const health = view.instances.find(({ name }) => name === record?.primary)?.health;
		if (record === null || health?.state !== "readable") return;
		const { reading, ageMs } = health;
		if (reading.superReadOnly || !reading.acksRequired || !isIntact(record, reading)) return;
		this.#seen = { instance: record.primary, wall: wall - ageMs, executed: reading.executed };
	}

	get last(): LastOpen | null {
		if (this.#seen === null) return null;
		const { instance, wall, executed } = this.#seen;
		return { instance, at: new Date(wall).toISOString(), gtidExecuted: formatGtidSet(executed) };
	}
}
