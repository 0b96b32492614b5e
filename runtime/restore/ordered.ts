/** Work on several things at once, its results in their order. */

export interface Bounds<T> {
	/** Things worked on at the same time. */
	readonly atOnce: number;
	/** What a thing weighs, and how much may be under way or waiting to be taken; one thing always may. */
	readonly weight: (item: T) => number;
	readonly limit: number;
}

/** The first failure, in the order of the things, ends it. */
export async function* ordered<T, R>(
	items: readonly T[],
	work: (item: T) => Promise<R>,
	bounds: Bounds<T>,
): AsyncGenerator<R> {
	const under: { readonly result: Promise<R>; readonly weight: number }[] = [];
	let weight = 0;
	let next = 0;
	const begin = () => {
		for (; next < items.length && under.length < bounds.atOnce; next++) {
			const item = items[next] as T;
			const more = bounds.weight(item);
			if (under.length > 0 && weight + more > bounds.limit) return;
			const result = work(item);
			// Whoever waits for an earlier one does not hear of this one's failure yet.
			result.catch(() => {});
			under.push({ result, weight: more });
			weight += more;
		}
	};
	for (begin(); under.length > 0; begin()) {
		const first = under[0] as (typeof under)[number];
		const result = await first.result;
		under.shift();
		weight -= first.weight;
		yield result;
	}
}
