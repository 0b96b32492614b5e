import type { Stage } from "../stage.ts";

/** One row of the fault catalogue. */
export interface Row {
	/** Its number in the catalogue, with a letter where a row has several cases. */
	readonly row: string;
	readonly title: string;
	/** Seconds that writes may be down; null where the row is not about that. */
	readonly budget: number | null;
	/** Causes the faults and waits for what must follow. Faults are ended afterwards, and all must be protected again. */
	run(stage: Stage): Promise<void>;
}
