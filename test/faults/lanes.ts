/** Benches side by side: each lane takes the next task as soon as it is free. */
import { appendFile } from "node:fs/promises";
import { interruption } from "../../local/tools/interruption.ts";
import { Lane } from "./lane.ts";
import type { LaneOptions } from "./laneMessages.ts";
import type { Run } from "./play.ts";
import { nextOf, type Task } from "./queue.ts";

export interface Played extends Task {
	readonly lane: number;
	readonly run: Run;
}

export interface Plan {
	readonly tasks: readonly Task[];
	readonly lanes: number;
	readonly options: LaneOptions;
	/** Each run is appended as it ends, a line of JSON. */
	readonly log: string | undefined;
	readonly onBegin: (lane: Lane) => void;
	readonly onPlayed: (played: Played) => void;
}

/** Plays until nothing waits any more, or all was interrupted. */
export async function playOnLanes(plan: Plan): Promise<void> {
	let waiting = plan.tasks;
	const seconds = new Map<string, number>();
	const take = () => {
		const task = interruption.aborted ? undefined : nextOf(waiting, seconds);
		waiting = waiting.filter((each) => each !== task);
		return task;
	};
	const note = async (played: Played) => {
		const { row, round, lane, run } = played;
		seconds.set(row, run.took);
		if (plan.log !== undefined) {
			const at = new Date().toISOString();
			await appendFile(plan.log, `${JSON.stringify({ row, round: round + 1, lane, at, ...run })}\n`);
		}
		plan.onPlayed(played);
	};
	const count = Math.min(plan.lanes, plan.tasks.length);
	// One after the other: each takes the first that is free.
	const begun: Lane[] = [];
	try {
		while (begun.length < count && !interruption.aborted) begun.push(await beginOne(plan));
		await Promise.all(begun.map((_, index) => playOn(begun, index, plan, take, note)));
	} finally {
		await Promise.all(begun.map((lane) => lane.end()));
	}
}

async function beginOne(plan: Plan): Promise<Lane> {
	const lane = await Lane.begin(plan.options);
	plan.onBegin(lane);
	return lane;
}

async function playOn(
	begun: Lane[],
	index: number,
	plan: Plan,
	take: () => Task | undefined,
	note: (played: Played) => Promise<void>,
): Promise<void> {
	for (let task = take(); task !== undefined; task = take()) {
		const lane = begun[index] as Lane;
		const run = await played(lane, task);
		if (interruption.aborted) return;
		await note({ ...task, lane: lane.number, run: run ?? lostWith(lane) });
		if (run === null) begun[index] = await beginOne(plan);
	}
}

/** Null when the lane ended over it. */
async function played(lane: Lane, task: Task): Promise<Run | null> {
	const word = await lane.carryOut({ do: "play", ...task }).catch(() => null);
	return word?.says === "played" ? word.run : null;
}

/** A run without an end broke, too; another bench takes the lane's place. */
const lostWith = ({ number }: Lane): Run => ({
	acknowledged: 0,
	lost: 0,
	downtime: null,
	took: 0,
	spent: {},
	reasons: [`lane ${number} ended in the middle of it`],
});
