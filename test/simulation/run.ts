/**
 * Many schedules on all cores: `npm run simulate -- --nightly`, or `--schedules 2000 --seed 1`. What fails is shrunk
 * and told with its seed; `--trace --seed 17` replays one seed and shows all that happens in it.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { add, nothingYet, type Sum, standstills } from "./schedules.ts";
import { shrink, simulate } from "./simulate.ts";

const nightly = 100_000;
/** Seeds that a worker is given at once. */
const portion = 50;
const progressMs = 10_000;
const brokenPromise = 3;

const { values } = parseArgs({
	options: {
		nightly: { type: "boolean", default: false },
		schedules: { type: "string" },
		seed: { type: "string", default: "1" },
		workers: { type: "string", default: String(availableParallelism()) },
		trace: { type: "boolean", default: false },
	},
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const seed = Number(values.seed);
const failed = values.trace ? await showOne() : await runAll();
process.exitCode = failed ? brokenPromise : 0;

async function showOne(): Promise<boolean> {
	const outcome = await simulate({ seed, traced: true });
	const broken = outcome.violations.length > 0;
	const { faults, trace, violations } = broken ? await shrink(outcome) : outcome;
	say([...trace, ...faults.map((fault) => JSON.stringify(fault)), ...violations].join("\n"));
	return broken;
}

async function runAll(): Promise<boolean> {
	const wanted = Number(values.schedules ?? (values.nightly ? nightly : 2000));
	const began = performance.now();
	let next = seed;
	let sum = nothingYet;
	const state = () => {
		const seconds = (performance.now() - began) / 1000;
		return `${sum.schedules} of ${wanted} schedules from seed ${seed} in ${seconds.toFixed(0)} s (${(sum.schedules / seconds).toFixed(0)}/s): ${sum.faults} faults, ${sum.changes} changes of the primary, ${sum.acknowledged} acknowledged writes, ${standstills(sum)} left to people, slowest recovery ${(sum.slowestMs / 1000).toFixed(1)} s, ${sum.failed.length} failed`;
	};
	const progress = setInterval(() => say(state()), progressMs);
	const work = async (worker: ChildProcess) => {
		const ended = once(worker, "exit").then(died);
		ended.catch(() => {});
		while (next < seed + wanted) {
			const count = Math.min(portion, seed + wanted - next);
			const answer = new Promise<Sum>((resolve) => worker.once("message", (told) => resolve(told as Sum)));
			worker.send({ first: next, count, step: 1 });
			next += count;
			const portionSum = await Promise.race([answer, ended]);
			for (const text of portionSum.failed) say(text);
			sum = add(sum, portionSum);
		}
		worker.disconnect();
	};
	const workers = Array.from({ length: Number(values.workers) }, () => fork(`${import.meta.dirname}/worker.ts`));
	await Promise.all(workers.map(work));
	clearInterval(progress);
	say(state());
	for (const [why, count] of Object.entries(sum.leftToPeople)) say(`  ${count} left to people: ${why}`);
	return sum.failed.length > 0;
}

function died(): never {
	throw new Error("a worker ended before its schedules did");
}
