/** Brings one store to where the archive is, segment by segment, however long it was away. */
import type { Clock } from "../failover/clock.ts";
import { contains, type GtidSet, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { type ChainEnd, chainStart, follow } from "./chain.ts";
import { indexed, writeIndex } from "./headerIndex.ts";
import { type HeaderLine, parseHeader } from "./headerLine.ts";
import { readHeaders } from "./readHeaders.ts";
import { keyOf } from "./readOrphans.ts";
import { type Orphans, segmentKey } from "./segment.ts";
import { compare, type Fork, readEnd } from "./storeEnd.ts";

/** Another archive than ours is in the store: someone else writes it too, or wrote it while we could not see it. */
export class ConflictError extends Error {
	override readonly name = "ConflictError";
}

/** What all writers bring into their stores. */
export interface Chain {
	readonly cluster: string;
	end(): ChainEnd;
	/** Before the oldest segment that can be had: retention has let go of what came before. */
	beginning(): Promise<ChainEnd>;
	/** Null beyond the end. */
	line(number: number): Promise<HeaderLine | null>;
	/** The whole object. */
	object(number: number): Promise<Buffer>;
	orphans(): readonly Orphans[];
}

export interface WriterOptions {
	readonly store: ObjectStore;
	readonly chain: Chain;
	readonly clock: Clock;
	/** Between two tries, ms. */
	readonly retryMs: number;
	readonly onStored: (number: number) => void;
	/** Orphans are marked in it. */
	readonly onMarked: () => void;
	readonly onConflict: (error: ConflictError) => void;
	readonly onError: (error: unknown) => void;
}

export class StoreWriter {
	readonly #options: WriterOptions;
	readonly #marked = new Set<string>();
	#at: ChainEnd | null = null;
	#fork: Fork | null = null;
	#lastError: string | null = null;
	#wake: () => void = () => {};

	constructor(options: WriterOptions) {
		this.#options = options;
	}

	get name(): string {
		return this.#options.store.name;
	}

	/** What the store has of the chain; null while that is not known. */
	get at(): ChainEnd | null {
		return this.#at;
	}

	/** Null when the last try went well. */
	get lastError(): string | null {
		return this.#lastError;
	}

	/** Whether it has these orphans. */
	has(orphans: Orphans): boolean {
		return this.#marked.has(keyOf(orphans));
	}

	/** There is something new. */
	wake(): void {
		this.#wake();
	}

	/** Until `stop`, or until another archive than ours is found. */
	async run(stop: AbortSignal): Promise<void> {
		while (!stop.aborted) {
			try {
				const more = await this.#step();
				this.#lastError = null;
				if (!more) await this.#rest(null, stop);
			} catch (error) {
				this.#lastError = error instanceof Error ? error.message : String(error);
				if (error instanceof ConflictError) return this.#options.onConflict(error);
				this.#options.onError(error);
				await this.#rest(this.#options.retryMs, stop);
			}
		}
	}

	/** @returns whether there is more to do */
	async #step(): Promise<boolean> {
		const { chain } = this.#options;
		this.#at ??= await this.#learn();
		await this.#mark();
		if (this.#at.number >= chain.end().number) return false;
		const number = this.#at.number + 1;
		await this.#put(number, this.#at);
		this.#options.onStored(number);
		return true;
	}

	/** Where the store is: somewhere on the chain, or with another end that the chain must first cover. */
	async #learn(): Promise<ChainEnd> {
		const { store, chain } = this.#options;
		const end = await readEnd(store, chain.cluster);
		// New, or another one in its place.
		if (end.newest === 0) return chain.beginning();
		const fork = await compare(end, chain.cluster, chain.line);
		if (fork.until > chain.end().number) {
			throw new ConflictError(`${store.name}: there is a segment ${fork.until} that is not ours`);
		}
		this.#fork = fork.until === 0 ? null : fork;
		return fork.common.line === null ? chainStart : follow(fork.common.line, chainStart);
	}

	async #put(number: number, at: ChainEnd): Promise<void> {
		const { store, chain } = this.#options;
		const key = segmentKey(chain.cluster, number);
		const object = await chain.object(number);
		const line = parseHeader(key, object, chain.cluster);
		if (line.header.previous !== at.hash) throw new Error(`${key}: it does not follow on what ${store.name} has`);
		if ((await store.put(key, object, this.#how(number))) === "present") {
			const there = await store.get(key);
			if (there === null || !there.equals(object)) {
				throw new ConflictError(`${store.name}: ${key} is there with another content: another archiver writes`);
			}
		}
		this.#at = follow(line, at);
		if (number % indexed === 0) await this.#index(number);
	}

	/**
	 * Segments of another end are written over (older versions stay in a versioned bucket), once the archive that counts
	 * has all of their transactions.
	 */
	#how(number: number): "once" | "replace" {
		if (this.#fork === null || number > this.#fork.until) return "once";
		const orphaned = this.#options.chain.orphans().map(({ gtids }) => parseGtidSet(gtids));
		const owed = orphaned.reduce((rest: GtidSet, set) => subtract(rest, set), this.#fork.gtids);
		if (contains(this.#options.chain.end().position, owed)) return "replace";
		throw new Error(
			`${this.name}: its segments from ${number} on are others, with transactions that are not archived yet`,
		);
	}

	async #mark(): Promise<void> {
		for (const orphans of this.#options.chain.orphans()) {
			const key = keyOf(orphans);
			if (this.#marked.has(key)) continue;
			await this.#options.store.put(key, Buffer.from(JSON.stringify(orphans)), "once");
			this.#marked.add(key);
			this.#options.onMarked();
		}
	}

	/** Readers do without it. */
	async #index(last: number): Promise<void> {
		const { store, chain, onError } = this.#options;
		try {
			const { lines } = await readHeaders(store, chain.cluster, { after: last - indexed });
			await writeIndex(store, chain.cluster, lines.slice(0, indexed));
		} catch (error) {
			onError(error);
		}
	}

	/** Until something is new, for at most `ms`. */
	#rest(ms: number | null, stop: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const over = new AbortController();
			const end = () => {
				stop.removeEventListener("abort", end);
				over.abort();
				resolve();
			};
			stop.addEventListener("abort", end, { once: true });
			// After an error news does not help: the store needs its rest.
			this.#wake = ms === null ? end : () => {};
			if (ms !== null) void this.#options.clock.sleep(ms, over.signal).then(end);
			else if (this.#news()) end();
		});
	}

	#news(): boolean {
		const { chain } = this.#options;
		return (this.#at?.number ?? 0) < chain.end().number || chain.orphans().some((one) => !this.has(one));
	}
}
