/** Which run is next: whole rounds one after the other, so that at any moment every row was played as often. Pure. */

export interface Task {
	readonly row: string;
	/** From 0. */
	readonly round: number;
}

/** Each row in each round. */
export function tasksOf(rows: readonly string[], firstRound: number, rounds: number): readonly Task[] {
	return Array.from({ length: rounds }, (_, n) => rows.map((row) => ({ row, round: firstRound + n }))).flat();
}

/** The number in the catalogue of which this row is a variant: "15" for 15a, 15b and 15c. */
export const numberOf = (row: string): string => row.replace(/[a-z]$/, "");

/** One variant of each number in each round, the next round another one. */
export function inTurn(rows: readonly string[], firstRound: number, rounds: number): readonly Task[] {
	const numbers = Map.groupBy(rows, numberOf);
	return Array.from({ length: rounds }, (_, n) => firstRound + n).flatMap((round) =>
		[...numbers.values()].map((variants) => ({ row: variants[round % variants.length] as string, round })),
	);
}

/**
 * Of the earliest round that is not played yet the longest row, so that no lane is left with a long one at the end; a
 * row of which nobody knows how long it takes may be the longest.
 *
 * @param seconds that a row took so far
 */
export function nextOf(waiting: readonly Task[], seconds: ReadonlyMap<string, number>): Task | undefined {
	const takes = ({ row }: Task) => seconds.get(row) ?? Number.POSITIVE_INFINITY;
	const sooner = (one: Task, other: Task) =>
		other.round < one.round || (other.round === one.round && takes(other) > takes(one)) ? other : one;
	const [first, ...rest] = waiting;
	return first && rest.reduce(sooner, first);
}
