/** The known name that was probably meant, if one is near enough to be a slip of the hand. */
export function nearest(name: string, known: readonly string[]): string | undefined {
	const wanted = name.toLowerCase();
	const ranked = known
		.map((candidate) => ({
			candidate,
			distance: distance(wanted, candidate.toLowerCase()),
		}))
		.sort((one, other) => one.distance - other.distance);
	const best = ranked[0];
	const limit = Math.max(2, Math.floor(name.length / 3));
	return best && best.distance <= limit ? best.candidate : undefined;
}

/** A remedy for an unknown name: the nearest one, or all of them. */
export function suggestion(name: string, known: readonly string[]): string {
	const near = nearest(name, known);
	if (near !== undefined) return `did you mean "${near}"?`;
	return `known are ${known.join(", ")}`;
}

/** Edits that turn one text into the other; two neighbours swapped count as one (the commonest slip). */
function distance(one: string, other: string): number {
	let before: readonly number[] = [];
	let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
	for (let length = 1; length <= one.length; length++) {
		const next = nextRow(one.slice(0, length), other, row, before);
		before = row;
		row = next;
	}
	return row.at(-1) ?? 0;
}

/** The row of the distance table for one more letter, from the two rows before it. */
function nextRow(one: string, other: string, row: readonly number[], before: readonly number[]): readonly number[] {
	const next = [one.length];
	const cell = (from: readonly number[], index: number) => from[index] ?? Number.POSITIVE_INFINITY;
	for (let j = 1; j <= other.length; j++) {
		const same = one.at(-1) === other[j - 1];
		const swapped = one.at(-1) === other[j - 2] && one.at(-2) === other[j - 1];
		next[j] = Math.min(
			cell(row, j) + 1,
			cell(next, j - 1) + 1,
			cell(row, j - 1) + (same ? 0 : 1),
			swapped ? cell(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
		);
	}
	return next;
}
