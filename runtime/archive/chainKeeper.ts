/** The one chain of segments and the stores that it is brought into. What counts is in the stores: a new keeper reads it from there. */
import type { Clock } from "../failover/clock.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { type ChainEnd, chainStart, follow, startBefore, withoutOrphans } from "./chain.ts";
import { blockOf, indexed } from "./headerIndex.ts";
import { type HeaderLine, parseHeader } from "./headerLine.ts";
import { oldestNumber, readHeader } from "./readHeaders.ts";
import { readOrphans } from "./readOrphans.ts";
import type { Sealed } from "./seal.ts";
import type { SealedSpool } from "./sealedSpool.ts";
import { type Orphans, segmentKey } from "./segment.ts";
import { SegmentError } from "./segmentError.ts";
import { furthest, readEnd, type StoreEnd } from "./storeEnd.ts";
import { type Chain, type ConflictError, StoreWriter } from "./storeWriter.ts";

export interface KeeperOptions {
	readonly cluster: string;
	readonly stores: readonly ObjectStore[];
	readonly sealed: SealedSpool;
	readonly clock: Clock;
	/** How long a store that does not answer is waited for at the beginning, ms: what it alone has must not be written a second time. */
	readonly settleMs: number;
	readonly retryMs: number;
	/** A store has this segment. */
	readonly onStored: (store: string, line: HeaderLine, everywhere: boolean) => void;
	readonly onError: (error: unknown) => void;
}

/** Headers that are kept in memory; what a store that was away needs besides is read again. */
const remembered = 2000;

export class ChainKeeper implements Chain {
	readonly #options: KeeperOptions;
	readonly #lines = new Map<number, HeaderLine>();
	#writers: readonly StoreWriter[] = [];
	#end: ChainEnd = chainStart;
	#orphans: readonly Orphans[] = [];
	#conflict: ConflictError | null = null;
	#news: () => void = () => {};
	#stop = new AbortController();
	#running: Promise<unknown> = Promise.resolve();

	constructor(options: KeeperOptions) {
		this.#options = options;
	}

	get cluster(): string {
		return this.#options.cluster;
	}

	get writers(): readonly StoreWriter[] {
		return this.#writers;
	}

	/** False until an end was read. */
	get opened(): boolean {
		return this.#writers.length > 0;
	}

	/** Another archive than ours was found: only {@link open} leads on. */
	get conflict(): ConflictError | null {
		return this.#conflict;
	}

	end(): ChainEnd {
		return this.#end;
	}

	orphans(): readonly Orphans[] {
		return this.#orphans;
	}

	/**
	 * Reads where the archive ends, in the stores and in what waits for them, and begins to bring each store there.
	 * @throws when no store answers
	 */
	async open(): Promise<void> {
		await this.close();
		const ends = await this.#ends();
		const best = furthest(ends);
		if (best === null) throw new Error("no store answers");
		this.#lines.clear();
		this.#orphans = await this.#readOrphans(ends.map(({ store }) => store));
		this.#end = best.line === null ? chainStart : this.#remember(best.line, chainStart);
		await this.#goOnInSpool();
		this.#conflict = null;
		this.#stop = new AbortController();
		this.#writers = this.#options.stores.map((store) => this.#writer(store));
		this.#running = Promise.all(this.#writers.map((writer) => writer.run(this.#stop.signal)));
	}

	async close(): Promise<void> {
		this.#stop.abort();
		await this.#running;
	}

	/** @throws ConflictError when another archive than ours is found; resolves when at least one store has it, or at `stop` */
	async append(sealed: Sealed, stop: AbortSignal): Promise<void> {
		await this.#options.sealed.keep(sealed.header.number, sealed.object);
		this.#end = this.#remember(sealed, withoutOrphans(this.#end, this.#orphans, sealed.header.term));
		this.#wakeAll();
		await this.#until(() => this.#writers.some(({ at }) => (at?.number ?? 0) >= sealed.header.number), stop);
	}

	/** Resolves when at least one store has them: no segment of the new term is written before. */
	async declareOrphans(orphans: Orphans, stop: AbortSignal): Promise<void> {
		this.#orphans = [...this.#orphans, orphans];
		this.#wakeAll();
		await this.#until(() => this.#writers.some((writer) => writer.has(orphans)), stop);
	}

	line = async (number: number): Promise<HeaderLine | null> => {
		if (number > this.#end.number) return null;
		const known = this.#lines.get(number);
		if (known !== undefined) return known;
		return this.#fromStores(number, (store) => readHeader(store, this.cluster, number));
	};

	async beginning(): Promise<ChainEnd> {
		const oldest = await this.#oldest();
		if (oldest <= 1) return chainStart;
		const line = await this.line(oldest);
		if (line === null) throw new Error(`segment ${oldest} is beyond the end of the archive`);
		return startBefore(line);
	}

	/** @throws when a store that may have more does not answer */
	async #oldest(): Promise<number> {
		const last = this.#end.number;
		if (last === 0) return 1;
		const [waiting] = this.#options.sealed.numbers;
		const found = await Promise.all(this.#options.stores.map((store) => oldestNumber(store, this.cluster)));
		const oldest = [...found, waiting ?? null].reduce<number>((a, b) => Math.min(a, b ?? last), last);
		// Of a block that retention is at, the rest is not needed any more; it would never get an index here, nor go.
		const whole = blockOf(oldest) === oldest ? oldest : blockOf(oldest) + indexed;
		return whole > last ? oldest : whole;
	}

	async object(number: number): Promise<Buffer> {
		const key = segmentKey(this.cluster, number);
		const expected = await this.line(number);
		const kept = await this.#options.sealed.get(number);
		if (kept !== null && parseHeader(key, kept, this.cluster).hash === expected?.hash) return kept;
		return this.#fromStores(number, async (store) => {
			const object = await store.get(key);
			if (object === null) throw new SegmentError(key, "missing", `${store.name} does not have it`);
			if (parseHeader(key, object, this.cluster).hash !== expected?.hash) {
				throw new SegmentError(key, "swapped", `${store.name} has another`);
			}
			return object;
		});
	}

	async #fromStores<T>(number: number, read: (store: ObjectStore) => Promise<T>): Promise<T> {
		const reasons: string[] = [];
		for (const { store } of this.#having(number)) {
			try {
				return await read(store);
			} catch (error) {
				reasons.push(error instanceof Error ? error.message : String(error));
			}
		}
		throw new Error(`segment ${number} cannot be read: ${reasons.join("; ") || "no store is known to have it"}`);
	}

	#having(number: number) {
		const all = this.#options.stores.map((store, i) => ({ store, at: this.#writers[i]?.at ?? null }));
		const sure = all.filter(({ at }) => at !== null && at.number >= number);
		// At the beginning nothing is known of any.
		return sure.length > 0 ? sure : all;
	}

	/** Those that answer; after a while, without the others. */
	async #ends(): Promise<StoreEnd[]> {
		const { stores, clock, settleMs, retryMs, onError } = this.#options;
		const ends = new Map<ObjectStore, StoreEnd>();
		for (const until = clock.now() + settleMs; ; await clock.sleep(retryMs)) {
			const asked = stores.filter((store) => !ends.has(store));
			const answers = asked.map(async (store) => ends.set(store, await readEnd(store, this.cluster)));
			for (const answer of await Promise.allSettled(answers)) if (answer.status === "rejected") onError(answer.reason);
			if (ends.size === stores.length || clock.now() >= until) break;
		}
		return stores.flatMap((store) => ends.get(store) ?? []);
	}

	async #readOrphans(stores: readonly ObjectStore[]): Promise<Orphans[]> {
		const all = (await Promise.all(stores.map((store) => readOrphans(store, this.cluster)))).flat();
		return [...new Map(all.map((orphans) => [`${orphans.term} ${orphans.gtids}`, orphans])).values()];
	}

	/** What was sealed, and taken by a store that does not answer now or by none, is part of the chain. */
	async #goOnInSpool(): Promise<void> {
		const { sealed } = this.#options;
		for (const number of sealed.numbers) {
			const object = await sealed.get(number);
			if (object === null || number <= this.#end.number) continue;
			const line = this.#parsed(number, object);
			if (number === this.#end.number + 1 && line?.header.previous === this.#end.hash) {
				this.#end = this.#remember(line, withoutOrphans(this.#end, this.#orphans, line.header.term));
			} else await sealed.forget(number);
		}
	}

	#parsed(number: number, object: Buffer): HeaderLine | null {
		try {
			return parseHeader(segmentKey(this.cluster, number), object, this.cluster);
		} catch {
			return null;
		}
	}

	#writer(store: ObjectStore): StoreWriter {
		const { clock, retryMs, onError } = this.#options;
		return new StoreWriter({
			...{ store, chain: this, clock, retryMs, onError },
			onStored: (number) => {
				this.#news();
				void this.#stored(store.name, number).catch(onError);
			},
			onMarked: () => this.#news(),
			onConflict: (error) => {
				this.#conflict = error;
				this.#news();
			},
		});
	}

	async #stored(store: string, number: number): Promise<void> {
		const line = this.#lines.get(number);
		const everywhere = this.#writers.every(({ at }) => at !== null && at.number >= number);
		if (line !== undefined) this.#options.onStored(store, line, everywhere);
		if (everywhere) {
			for (const kept of this.#options.sealed.numbers) if (kept <= number) await this.#options.sealed.forget(kept);
		}
	}

	#remember(line: HeaderLine, before: ChainEnd): ChainEnd {
		this.#lines.set(line.header.number, line);
		this.#lines.delete(line.header.number - remembered);
		return follow(line, before);
	}

	#wakeAll(): void {
		for (const writer of this.#writers) writer.wake();
	}

	async #until(holds: () => boolean, stop: AbortSignal): Promise<void> {
		while (!holds() && !stop.aborted) {
			if (this.#conflict !== null) throw this.#conflict;
			await new Promise<void>((resolve) => {
				const over = () => {
					stop.removeEventListener("abort", over);
					resolve();
				};
				this.#news = over;
				stop.addEventListener("abort", over, { once: true });
			});
		}
	}
}
