/** Many schedules: every one is run, what fails is run again, shrunk, and told with the seed that replays it. */
import { shrink, simulate } from "./simulate.ts";

export interface Sum {
	readonly schedules: number;
	readonly faults: number;
	readonly acknowledged: number;
	/** Changes of the primary. */
	readonly changes: number;
	/** How many schedules stood still in the end, by why they may. */
	readonly leftToPeople: Readonly<Record<string, number>>;
	/** The longest that it took to be protected and served again after the last fault. */
	readonly slowestMs: number;
	readonly failed: readonly string[];
}

export const nothingYet: Sum = {
	schedules: 0,
	faults: 0,
	acknowledged: 0,
	changes: 0,
	leftToPeople: {},
	slowestMs: 0,
	failed: [],
};

export function add(a: Sum, b: Sum): Sum {
	return {
		schedules: a.schedules + b.schedules,
		faults: a.faults + b.faults,
		acknowledged: a.acknowledged + b.acknowledged,
		changes: a.changes + b.changes,
		leftToPeople: addEach(a.leftToPeople, b.leftToPeople),
		slowestMs: Math.max(a.slowestMs, b.slowestMs),
		failed: [...a.failed, ...b.failed],
	};
}

type Counts = Sum["leftToPeople"];

function addEach(a: Counts, b: Counts): Counts {
	const names = new Set([...Object.keys(a), ...Object.keys(b)]);
	return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

/** Of all reasons together. */
export const standstills = (sum: Sum): number => Object.values(sum.leftToPeople).reduce((a, b) => a + b, 0);

export interface Seeds {
	readonly first: number;
	readonly count: number;
	/** From one seed to the next. */
	readonly step: number;
}

export async function runSchedules({ first, count, step }: Seeds): Promise<Sum> {
	let sum = nothingYet;
	for (let n = 0; n < count; n++) sum = add(sum, await runOne(first + step * n));
	return sum;
}

async function runOne(seed: number): Promise<Sum> {
	const outcome = await simulate({ seed });
	const { faults, acknowledged, terms, violations, recoveredMs, leftToPeople } = outcome;
	return {
		schedules: 1,
		faults: faults.length,
		acknowledged,
		changes: terms - 1,
		leftToPeople: leftToPeople === null ? {} : { [leftToPeople]: 1 },
		slowestMs: recoveredMs ?? 0,
		failed: violations.length === 0 ? [] : [tell(await shrink(outcome))],
	};
}

function tell({ seed, violations, faults }: Awaited<ReturnType<typeof shrink>>): string {
	const lines = faults.map((fault) => `\n  ${JSON.stringify(fault)}`);
	return `seed ${seed}: ${violations.join("; ")}; needs ${faults.length} faults:${lines.join("")}`;
}
