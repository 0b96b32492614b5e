import { numberOf } from "../queue.ts";
import { answers } from "./answers.ts";
import { clocksAndKeys } from "./clocksAndKeys.ts";
import { crashes } from "./crashes.ts";
import { crowds } from "./crowds.ts";
import { disks } from "./disks.ts";
import { flapping } from "./flapping.ts";
import { histories } from "./histories.ts";
import { losses } from "./losses.ts";
import { partitions } from "./partitions.ts";
import { promotions } from "./promotions.ts";
import { readers } from "./readers.ts";
import { relayLogs } from "./relayLogs.ts";
import { replicas } from "./replicas.ts";
import { rollouts } from "./rollout.ts";
import type { Row } from "./row.ts";
import { seeds } from "./seeds.ts";
import { snapshots } from "./snapshots.ts";
import { volumes } from "./volumes.ts";

/** Every row that is there, by its number. */
export const catalogue: readonly Row[] = [
	...crashes,
	...partitions,
	...histories,
	...promotions,
	...relayLogs,
	...clocksAndKeys,
	...losses,
	...replicas,
	...answers,
	...crowds,
	...disks,
	...flapping,
	...rollouts,
	...readers,
	...seeds,
	...snapshots,
	...volumes,
].sort((a, b) => number(a) - number(b) || (a.row < b.row ? -1 : 1));

/** Rows of our own, with a letter in front, come last. */
function number({ row }: Row): number {
	return Number.parseInt(row, 10) || Number.POSITIVE_INFINITY;
}

/** Those that the words name: "15" means 15a, 15b and 15c. @throws Error for a word that names none. */
export function rowsNamed(words: readonly string[]): readonly Row[] {
	if (words.length === 0) return catalogue;
	return words.flatMap((word) => {
		const found = catalogue.filter(({ row }) => row === word || numberOf(row) === word);
		if (found.length === 0)
			throw new Error(`there is no row ${word}; there are ${catalogue.map(({ row }) => row).join(", ")}`);
		return found;
	});
}
