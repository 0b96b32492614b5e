/** Groups of which each has one item of every key at most, as few groups as that takes. */
export function oneOfEach<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
	const sharing = [...Map.groupBy(items, keyOf).values()];
	const most = Math.max(0, ...sharing.map(({ length }) => length));
	return Array.from({ length: most }, (_, index) => sharing.flatMap((of) => of[index] ?? []));
}
