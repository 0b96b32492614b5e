/** Where the archive lacks something for good, and which of it no backup leads past yet. The segments say it: a new archiver learns it from them. */
import { contains, emptySet, type GtidSet, isEmpty, parseGtidSet, subtract, union, unionOf } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { readHeadersSince } from "./readHeaders.ts";
import type { Orphans } from "./segment.ts";

export interface TermGap {
	/** Of the segment that says so. */
	readonly term: number;
	readonly missing: GtidSet;
}

export interface GapsOptions {
	readonly cluster: string;
	readonly stores: readonly ObjectStore[];
	readonly orphans: () => readonly Orphans[];
	/** Of a store that could not be read: it is asked again. */
	readonly onError: (error: unknown) => void;
}

export class Gaps {
	readonly #options: GapsOptions;
	readonly #known: TermGap[] = [];
	readonly #read = new Set<string>();
	#open: GtidSet = emptySet;

	constructor(options: GapsOptions) {
		this.#options = options;
	}

	/** What was found to be open last, and what was added since. */
	get open(): GtidSet {
		return this.#open;
	}

	/** One that has just been written. */
	add(gap: TermGap): void {
		this.#known.push(gap);
		this.#open = union(this.#open, gap.missing);
	}

	/**
	 * @param held what each backup holds that a restore can begin with, the newest last
	 * @returns what no backup holds: restores to what comes behind it are not possible
	 */
	async look(held: readonly GtidSet[]): Promise<GtidSet> {
		for (const store of this.#options.stores) {
			if (!this.#read.has(store.name)) await this.#learn(store, held.at(-1) ?? emptySet);
		}
		const orphans = this.#options.orphans();
		const owed = this.#known.map((gap) => survived(gap, orphans));
		this.#open = unionOf(owed.filter((one) => !isEmpty(one) && !held.some((set) => contains(set, one))));
		return this.#open;
	}

	/** What an earlier archiver wrote. Gaps that lie before the newest backup are behind every restore that begins with it. */
	async #learn(store: ObjectStore, newest: GtidSet): Promise<void> {
		const { cluster, onError } = this.#options;
		try {
			const { lines } = await readHeadersSince(store, cluster, newest);
			for (const { header } of lines) {
				if (header.gap !== null) this.#known.push({ term: header.term, missing: parseGtidSet(header.gap.missing) });
			}
			this.#read.add(store.name);
		} catch (error) {
			onError(error);
		}
	}
}

/** What a failover orphaned is in no history any more, and so in no backup. */
function survived({ term, missing }: TermGap, orphans: readonly Orphans[]): GtidSet {
	const later = orphans.filter((one) => one.term > term).map(({ gtids }) => parseGtidSet(gtids));
	return subtract(missing, unionOf(later));
}
