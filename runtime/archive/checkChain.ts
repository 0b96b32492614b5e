/** Whether all that a store lists of an archive joins: without the key, and with little fetched. */
import type { ObjectFacts, ObjectStore } from "../store/objectStore.ts";
import { joins } from "./chain.ts";
import { blockOf, readIndex } from "./headerIndex.ts";
import type { HeaderLine } from "./headerLine.ts";
import { readHeader } from "./readHeaders.ts";
import { readOrphans } from "./readOrphans.ts";
import { type Orphans, segmentKey, segmentPrefix } from "./segment.ts";
import { SegmentError } from "./segmentError.ts";

export interface ChainFault {
	/** The first segment that is known to be wrong, or to be lacking. */
	readonly number: number;
	readonly reason: string;
	/** The first behind it that can be read; null where there is none: the archiver itself mends its end. */
	readonly next: HeaderLine | null;
}

export interface CheckedChain {
	/** Null where the store has none that can be read. */
	readonly oldest: HeaderLine | null;
	readonly segments: number;
	readonly faults: readonly ChainFault[];
}

/** Fetched at the same time. */
const atOnce = 16;

/**
 * Numbers without a hole, sizes as the headers say, each header knowing the one before by its hash. The bytes of the rest are
 * verified by whoever restores.
 * @throws what the store throws
 */
export async function checkChain(store: ObjectStore, cluster: string): Promise<CheckedChain> {
	const orphans = await readOrphans(store, cluster);
	const checking = new Checking(store, cluster, orphans);
	let block: Listed[] = [];
	for await (const facts of store.list(segmentPrefix(cluster))) {
		const number = numberOf(cluster, facts);
		if (number === null) continue;
		if (block[0] !== undefined && blockOf(block[0].number) !== blockOf(number)) {
			await checking.block(block);
			block = [];
		}
		block.push({ number, size: facts.size });
	}
	if (block.length > 0) await checking.block(block);
	return checking.result();
}

interface Listed {
	readonly number: number;
	readonly size: number;
}

function numberOf(cluster: string, { key }: ObjectFacts): number | null {
	const number = Number(/(\d{12})\.segment$/.exec(key)?.[1]);
	return number > 0 && key === segmentKey(cluster, number) ? number : null;
}

/** Block by block: weeks of headers do not lie in memory at once. */
class Checking {
	readonly #store: ObjectStore;
	readonly #cluster: string;
	readonly #orphans: readonly Orphans[];
	readonly #faults: ChainFault[] = [];
	/** What is wrong before the next one that can be read. */
	#open: Omit<ChainFault, "next"> | null = null;
	#oldest: HeaderLine | null = null;
	#last: HeaderLine | null = null;
	#number = 0;
	#segments = 0;

	constructor(store: ObjectStore, cluster: string, orphans: readonly Orphans[]) {
		this.#store = store;
		this.#cluster = cluster;
		this.#orphans = orphans;
	}

	async block(listed: readonly Listed[]): Promise<void> {
		const index = await readIndex(this.#store, this.#cluster, blockOf(listed[0]?.number ?? 1)).catch(ifDamaged);
		const known = new Map((index ?? []).map((line) => [line.header.number, line]));
		for (let i = 0; i < listed.length; i += atOnce) {
			const some = listed.slice(i, i + atOnce);
			const lines = await Promise.all(some.map(({ number }) => known.get(number) ?? this.#header(number)));
			for (const [n, one] of some.entries()) this.#add(one, lines[n] as HeaderLine | SegmentError);
		}
	}

	result(): CheckedChain {
		if (this.#open !== null) this.#faults.push({ ...this.#open, next: null });
		return { oldest: this.#oldest, segments: this.#segments, faults: this.#faults };
	}

	#add({ number, size }: Listed, line: HeaderLine | SegmentError): void {
		const expected = this.#number + 1;
		if (this.#number > 0 && number > expected) this.#wrong(expected, missing(expected, number - 1));
		this.#number = number;
		this.#segments++;
		if (line instanceof SegmentError) {
			this.#wrong(number, line.message);
			return;
		}
		const { storedBytes } = line.header;
		const whole = storedBytes === undefined ? null : line.bytes + storedBytes;
		const cut = whole !== null && size !== whole;
		this.#oldest ??= line;
		if (this.#open === null) this.#join(line);
		else {
			this.#faults.push({ ...this.#open, next: line });
			this.#open = null;
		}
		this.#last = line;
		if (cut) this.#wrong(number, `it has ${size} bytes and not ${whole}`);
	}

	#join(line: HeaderLine): void {
		if (this.#last === null) return;
		const [broken] = joins([this.#last, line], this.#orphans).breaks.filter((one) => one.number === line.header.number);
		if (broken !== undefined) this.#faults.push({ number: line.header.number, reason: broken.reason, next: line });
	}

	#wrong(number: number, reason: string): void {
		this.#open ??= { number, reason };
	}

	async #header(number: number): Promise<HeaderLine | SegmentError> {
		try {
			return await readHeader(this.#store, this.#cluster, number);
		} catch (error) {
			if (error instanceof SegmentError) return error;
			throw error;
		}
	}
}

const missing = (first: number, last: number) =>
	first === last ? `segment ${first} is missing` : `the segments ${first} to ${last} are missing`;

/** Its headers are in the segments themselves. */
function ifDamaged(error: unknown): null {
	if (error instanceof SegmentError) return null;
	throw error;
}
