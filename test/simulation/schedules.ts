/** Many schedules, for a test: in two files, so that two cores share them. */
import { shrink, simulate } from "./simulate.ts";

export interface Sum {
	/** What failed, shrunk, with the seed that replays it. */
	readonly failed: readonly string[];
	readonly acknowledged: number;
	readonly changes: number;
}

/** Every second seed from `first`. */
export async function runSchedules(first: number, count: number): Promise<Sum> {
	const failed: string[] = [];
	let acknowledged = 0;
	let changes = 0;
	for (let n = 0; n < count; n++) {
		const seed = first + 2 * n;
		const outcome = await simulate({ seed });
		acknowledged += outcome.acknowledged;
		changes += outcome.terms - 1;
		if (outcome.violations.length === 0) continue;
		const { faults, violations } = await shrink(outcome);
		failed.push(`seed ${seed}: ${violations.join("; ")} after ${JSON.stringify(faults)}`);
	}
	return { failed, acknowledged, changes };
}
