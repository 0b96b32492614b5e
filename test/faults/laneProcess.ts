/**
 * One bench in a process of its own, so that what one does never holds up another's clock: brings it up, plays what it is
 * ordered to, and takes it away when the orders end, the one who orders ends, or it is signalled.
 */
import { once } from "node:events";
import { silent } from "../../local/step.ts";
import { interruption, listenForInterruption } from "../../local/tools/interruption.ts";
import { ownLane } from "./bench/addresses.ts";
import { Bench } from "./bench/bench.ts";
import { claim } from "./laneClaim.ts";
import type { LaneOptions, Order, Word } from "./laneMessages.ts";
import { mutations, tryMutation } from "./mutations.ts";
import { play } from "./play.ts";
import { rowsNamed } from "./rows/catalogue.ts";

const say = (word: Word) => process.send?.(word);

async function main({ bundle, keep }: LaneOptions): Promise<void> {
	if ((await claim(ownLane)) === null) return void say({ says: "taken" });
	const bench = await Bench.up(bundle, silent);
	try {
		const ended = once(process, "disconnect");
		say({ says: "ready", folder: bench.folder });
		process.on("message", (order: Order) => {
			carryOut(bench, order).then(say, fail);
		});
		const stopped = interruption.aborted ? Promise.resolve() : once(interruption, "abort");
		await Promise.race([ended, stopped]);
	} finally {
		await bench.down(keep);
	}
}

async function carryOut(bench: Bench, order: Order): Promise<Word> {
	if (order.do === "mutate") {
		const mutation = mutations.find(({ name }) => name === order.name);
		if (mutation === undefined) throw new Error(`there is no mutation ${order.name}`);
		return { says: "mutated", report: await tryMutation(bench, mutation) };
	}
	const [row] = rowsNamed([order.row]);
	if (row === undefined) throw new Error(`there is no row ${order.row}`);
	const run = await play(bench, row, order.round);
	// What a broken run left is in no known state.
	if (run.reasons.length > 0) {
		await bench.anew().catch((error: Error) => {
			throw new Error(`${run.reasons.join("; ")}; afterwards: ${error.message}`, { cause: error });
		});
	}
	return { says: "played", run };
}

/** Whoever ordered sees the end of this process, and this on standard error. */
function fail(error: Error): void {
	if (interruption.aborted) return;
	process.stderr.write(`lane ${ownLane}: ${error.stack ?? error.message}\n`);
	process.exitCode = 1;
	process.disconnect();
}

listenForInterruption();
main(JSON.parse(process.argv[2] ?? "{}") as LaneOptions).then(
	() => process.exit(),
	(error: Error) => {
		fail(error);
		process.exit(interruption.aborted ? 130 : 1);
	},
);
