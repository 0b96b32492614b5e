/** Judging with values that are not known yet: neither a false finding nor a silent pass. */

/** A setting that a rule needed and could not read. */
export interface Missing {
	readonly urn: string;
	/** For messages: `StatefulSet mysql/db`. */
	readonly resource: string;
	readonly setting: string;
	/** `is not known before it is deployed`, or where else it is to be looked for. */
	readonly why: string;
}

/** Thrown where a value that is not known is read. */
export class NotKnown extends Error {
	override readonly name = "NotKnown";
	readonly missing: readonly Missing[];

	constructor(missing: readonly Missing[]) {
		super(missing.map(({ resource, setting, why }) => `${resource}: ${setting} ${why}`).join("\n"));
		this.missing = missing;
	}
}

/** Judges each item by itself: one of which something is not known keeps no other from being judged. */
export function* each<Item, Found>(
	items: Iterable<Item>,
	judge: (item: Item, index: number) => Iterable<Found>,
): Generator<Found> {
	const missing: Missing[] = [];
	let index = 0;
	for (const item of items)
		try {
			yield* judge(item, index++);
		} catch (error) {
			missing.push(...missingOf(error));
		}
	if (missing.length > 0) throw new NotKnown(missing);
}

/** Whether one of the items fits. What is not known of another one matters only if none does. */
export function some<Item>(items: Iterable<Item>, fits: (item: Item) => boolean): boolean {
	return first(items, fits) !== undefined;
}

/** The first of the items that fits, likewise. */
export function first<Item>(items: Iterable<Item>, fits: (item: Item) => boolean): Item | undefined {
	const missing: Missing[] = [];
	for (const item of items)
		try {
			if (fits(item)) return item;
		} catch (error) {
			missing.push(...missingOf(error));
		}
	if (missing.length > 0) throw new NotKnown(missing);
	return undefined;
}

/** What a judgement found, and what it could not see. */
export function judged<Found>(findings: () => Iterable<Found>): {
	readonly found: readonly Found[];
	readonly missing: readonly Missing[];
} {
	const found: Found[] = [];
	try {
		for (const finding of findings()) found.push(finding);
		return { found, missing: [] };
	} catch (error) {
		return { found, missing: missingOf(error) };
	}
}

/** One judgement after the other, each by itself. */
export function* all<Found>(...judgements: readonly (() => Iterable<Found>)[]): Generator<Found> {
	yield* each(judgements, (judge) => judge());
}

function missingOf(error: unknown): readonly Missing[] {
	if (error instanceof NotKnown) return error.missing;
	throw error;
}
