/**
 * GTID sets as values: what every proof about lost or surplus transactions is made of.
 *
 * A set maps a source (`uuid` or `uuid:tag`, tags exist since MySQL 8.3) to sorted, disjoint,
 * non-adjacent intervals of transaction numbers, both ends included. Values are never changed.
 */
export type Interval = readonly [first: number, last: number];

export interface GtidSet {
	readonly sources: ReadonlyMap<string, readonly Interval[]>;
}

export const emptySet: GtidSet = { sources: new Map() };

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const tagPattern = /^[a-z_][a-z0-9_]{0,31}$/;
const intervalPattern = /^(\d+)(?:-(\d+))?$/;

/**
 * Reads the form that the server prints: `uuid:1-5:7,uuid2:3`, `uuid:1-5:tag:1-3`.
 * White space and case do not matter; an empty text is the empty set.
 *
 * @throws Error when the text is no GTID set.
 */
export function parseGtidSet(text: string): GtidSet {
	const raw = new Map<string, Interval[]>();
	for (const part of text.replace(/\s+/g, "").toLowerCase().split(",")) {
		if (part === "") continue;
		const [uuid = "", ...rest] = part.split(":");
		if (!uuidPattern.test(uuid) || rest.length === 0) {
			throw new Error(`not a GTID set: ${part}`);
		}
		collect(raw, uuid, rest);
	}
	return fromRaw(raw);
}

function collect(raw: Map<string, Interval[]>, uuid: string, parts: readonly string[]): void {
	let source = uuid;
	for (const part of parts) {
		const match = intervalPattern.exec(part);
		if (match === null) {
			if (!tagPattern.test(part)) throw new Error(`not a GTID set: ${uuid}:${part}`);
			source = `${uuid}:${part}`;
			continue;
		}
		const first = Number(match[1]);
		const last = Number(match[2] ?? match[1]);
		if (first < 1 || last < first) throw new Error(`not a GTID interval: ${uuid}:${part}`);
		raw.set(source, [...(raw.get(source) ?? []), [first, last]]);
	}
}

function fromRaw(raw: ReadonlyMap<string, readonly Interval[]>): GtidSet {
	const sources = new Map<string, readonly Interval[]>();
	for (const source of [...raw.keys()].sort()) {
		const merged = merge(raw.get(source) ?? []);
		if (merged.length > 0) sources.set(source, merged);
	}
	return { sources };
}

function merge(intervals: readonly Interval[]): readonly Interval[] {
	const merged: [number, number][] = [];
	for (const [first, last] of [...intervals].sort((a, b) => a[0] - b[0])) {
		const open = merged.at(-1);
		if (open !== undefined && first <= open[1] + 1) open[1] = Math.max(open[1], last);
		else merged.push([first, last]);
	}
	return merged;
}

/** The server's form, sources in order of their names, tags behind their source. */
export function formatGtidSet(set: GtidSet): string {
	const texts = new Map<string, string>();
	for (const [source, intervals] of set.sources) {
		const [uuid = "", tag] = source.split(":");
		const numbers = intervals.map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`)).join(":");
		const before = texts.get(uuid) ?? uuid;
		texts.set(uuid, tag === undefined ? `${before}:${numbers}` : `${before}:${tag}:${numbers}`);
	}
	return [...texts.values()].join(",");
}

/** Everything that is in any of them. */
export function union(...sets: readonly GtidSet[]): GtidSet {
	const raw = new Map<string, Interval[]>();
	for (const set of sets) {
		for (const [source, intervals] of set.sources) {
			raw.set(source, [...(raw.get(source) ?? []), ...intervals]);
		}
	}
	return fromRaw(raw);
}

/** The same for as many sets as there are. */
export function unionOf(sets: Iterable<GtidSet>): GtidSet {
	let all = emptySet;
	for (const set of sets) all = union(all, set);
	return all;
}

/** What both have. */
export function intersect(one: GtidSet, other: GtidSet): GtidSet {
	return subtract(one, subtract(one, other));
}

/** Whether any transaction is in both. */
export function overlap(one: GtidSet, other: GtidSet): boolean {
	return !isEmpty(intersect(one, other));
}

/** What `from` has and `taken` has not. */
export function subtract(from: GtidSet, taken: GtidSet): GtidSet {
	const raw = new Map<string, readonly Interval[]>();
	for (const [source, intervals] of from.sources) {
		const holes = taken.sources.get(source) ?? [];
		raw.set(
			source,
			intervals.flatMap((interval) => cut(interval, holes)),
		);
	}
	return fromRaw(raw);
}

function cut(interval: Interval, holes: readonly Interval[]): Interval[] {
	const left: Interval[] = [];
	let [first] = interval;
	const last = interval[1];
	for (const [from, to] of holes) {
		if (to < first || from > last) continue;
		if (from > first) left.push([first, from - 1]);
		first = to + 1;
	}
	if (first <= last) left.push([first, last]);
	return left;
}

/** True when everything in `part` is in `whole`. */
export function contains(whole: GtidSet, part: GtidSet): boolean {
	for (const [source, intervals] of part.sources) {
		const has = whole.sources.get(source);
		// Intervals that touch are one: what is contained is contained in a single one.
		const inOne = ([first, last]: Interval) => has?.some(([from, to]) => from <= first && last <= to) === true;
		if (!intervals.every(inOne)) return false;
	}
	return true;
}

/**
 * Whether one transaction is in it: made for asking very often.
 * @param gtid `uuid:number` or `uuid:tag:number`, in lower case
 */
export function holds(set: GtidSet, gtid: string): boolean {
	const colon = gtid.lastIndexOf(":");
	const number = Number(gtid.slice(colon + 1));
	const intervals = set.sources.get(gtid.slice(0, colon));
	return intervals?.some(([first, last]) => first <= number && number <= last) === true;
}

export function isEmpty(set: GtidSet): boolean {
	return set.sources.size === 0;
}

export function equals(a: GtidSet, b: GtidSet): boolean {
	return contains(a, b) && contains(b, a);
}

/** How many transactions the set names. */
export function count(set: GtidSet): number {
	let sum = 0;
	for (const intervals of set.sources.values()) {
		for (const [first, last] of intervals) sum += last - first + 1;
	}
	return sum;
}

/** The set without the transactions that this server made itself, tagged ones included. */
export function withoutServer(set: GtidSet, uuid: string): GtidSet {
	const own = uuid.toLowerCase();
	const kept = [...set.sources].filter(([source]) => source.split(":")[0] !== own);
	return { sources: new Map(kept) };
}
