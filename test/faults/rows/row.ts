import type { Duration } from "../../../objectives/index.ts";
import type { Stage } from "../stage.ts";

/** One row of the fault catalogue. */
export interface Row {
	/** Its number in the catalogue, with a letter where a row has several cases. */
	readonly row: string;
	readonly title: string;
	/** Seconds that writes may be down; null where the row is not about that. */
	readonly budget: number | null;
	/** Needs a new database: on one whose primary was changed a moment ago, the watchdog holds off. */
	readonly fresh?: true;
	/** The watchdog's hold-off, where the row is about it: the bench's own is short. Such a row is fresh. */
	readonly holdOff?: Duration;
	/** Its clients ask every instance themselves which one takes writes, instead of following mysql-primary. */
	readonly asking?: true;
	/** Causes the faults and waits for what must follow. Faults are ended afterwards, and all must be protected again. */
	run(stage: Stage): Promise<void>;
}
