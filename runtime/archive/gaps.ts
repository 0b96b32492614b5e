/** Where the archive lacks something for good, and which of it no backup leads past yet. The segments say it: a new archiver learns it from them. */
import { contains, emptySet, type GtidSet, isEmpty, parseGtidSet, subtract, union, unionOf } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { pastOf, readChainNote } from "./chainNote.ts";
import { readHeadersSince } from "./readHeaders.ts";
import type { Orphans } from "./segment.ts";

export interface TermGap {
	/** Of the segment that says so. */
	readonly term: number;
	readonly missing: GtidSet;
}

/** A segment that is not what it should be, in one store. */
export interface StoreFault {
	readonly store: string;
	readonly number: number;
	readonly reason: string;
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
	#faults: readonly StoreFault[] = [];

	constructor(options: GapsOptions) {
		this.#options = options;
	}

	/** What was found to be open last, and what was added since. */
	get open(): GtidSet {
		return this.#open;
	}

	/** What the last check of each store's archive could not mend, and no backup leads past. */
	get faults(): readonly StoreFault[] {
		return this.#faults;
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
		const noted = (await Promise.all(this.#options.stores.map((store) => this.#noted(store)))).flat();
		const owed = (gap: TermGap) => {
			const lost = survived(gap, this.#options.orphans());
			return held.some((set) => contains(set, lost)) ? emptySet : lost;
		};
		this.#faults = noted.filter(({ past }) => past === null || !isEmpty(owed(past))).map(({ fault }) => fault);
		this.#open = unionOf([...this.#known, ...noted.flatMap(({ past }) => past ?? [])].map(owed));
		return this.#open;
	}

	async #noted(store: ObjectStore): Promise<readonly { readonly fault: StoreFault; readonly past: TermGap | null }[]> {
		try {
			const note = await readChainNote(store, this.#options.cluster);
			return (note?.faults ?? []).map((noted) => {
				const { number, reason } = noted;
				return { fault: { store: store.name, number, reason }, past: pastOf(noted) };
			});
		} catch (error) {
			this.#options.onError(error);
			return [];
		}
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
export function survived({ term, missing }: TermGap, orphans: readonly Orphans[]): GtidSet {
	const later = orphans.filter((one) => one.term > term).map(({ gtids }) => parseGtidSet(gtids));
	return subtract(missing, unionOf(later));
}
