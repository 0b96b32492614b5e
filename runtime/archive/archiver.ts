/** Follows a replica and brings what its binary logs get into the stores, again and again from where the stores end. */
import type { Logger } from "pino";
import type { KeptAlert } from "../failover/alerts.ts";
import type { Clock } from "../failover/clock.ts";
import { emptySet, formatGtidSet, type GtidSet, isEmpty } from "../mysql/gtidSet.ts";
import type { Connect, Login } from "../mysql/session.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { withoutOrphans } from "./chain.ts";
import { ChainKeeper } from "./chainKeeper.ts";
import type { ClusterView } from "./clusterView.ts";
import { Completeness } from "./completeness.ts";
import { FollowSession } from "./followSession.ts";
import type { TermGap } from "./gaps.ts";
import type { HeaderLine } from "./headerLine.ts";
import { Looker } from "./look.ts";
import { SealedSpool } from "./sealedSpool.ts";
import { Spool } from "./spool.ts";
import { ConflictError } from "./storeWriter.ts";
import { TransactionTooLargeError } from "./transactionRoom.ts";
import { orphansOf, type Reign } from "./wanted.ts";

export interface ArchiverOptions {
	readonly cluster: string;
	readonly stores: readonly ObjectStore[];
	/** Whom segments are encrypted for (age). */
	readonly recipients: readonly string[];
	readonly view: ClusterView;
	readonly connect: Connect;
	readonly login: () => Promise<Login>;
	/** Of the spool; everything in it may be lost. */
	readonly folder: string;
	readonly clock: Clock;
	readonly log: Pick<Logger, "info" | "warn">;
	readonly limits: ArchiveLimits;
	/** Transactions of which these are the commit times (µs since 1970) are in this store now; null: in all of them. */
	readonly onArchived: (store: string | null, commits: readonly number[]) => void;
	/** Something is lost for good: only a new full backup leads a restore past it. */
	readonly onGap: (gap: TermGap) => void;
}

export interface ArchiveLimits {
	readonly flushMs: number;
	/** Of one statement on an instance. */
	readonly lookMs: number;
	/** How long a store that does not answer is waited for when the archiver starts. */
	readonly settleMs: number;
	/** Between two tries of what failed. */
	readonly retryMs: number;
	/** Of binary logs and segments that wait, together. */
	readonly spoolBytes: number;
	/** After so many bytes of binary log a segment is cut. */
	readonly segmentBytes: number;
	/** Of binary log in one segment, so that it can be sealed in memory: a transaction that is larger cannot be archived. */
	readonly largestSegment: number;
}

/** Until what has no room is tried again: each time a part of the binary log is fetched. Times what others wait. */
const roomPatience = 60;

export class Archiver {
	readonly options: ArchiverOptions;
	readonly keeper: ChainKeeper;
	readonly spool: Spool;
	readonly sealed: SealedSpool;
	readonly looker: Looker;
	/** By store. */
	readonly complete: ReadonlyMap<string, Completeness>;
	/** Of what at least one store has. */
	readonly chainComplete = new Completeness();
	readonly alerts = new Set<KeptAlert>();
	/** Commit times of segments that a store still lacks. */
	readonly #commits = new Map<number, readonly number[]>();
	#session: FollowSession | null = null;
	#lastError: string | null = null;
	#avoid: string | null = null;
	#roundAt: number;

	constructor(options: ArchiverOptions) {
		this.options = options;
		this.#roundAt = options.clock.now();
		this.spool = new Spool(`${options.folder}/raw`);
		// Half for each kind: raw binary logs are of use only while segments can be made of them.
		this.sealed = new SealedSpool(`${options.folder}/sealed`, options.limits.spoolBytes / 2);
		this.looker = new Looker({
			connect: options.connect,
			login: options.login,
			deadlineMs: options.limits.lookMs,
		});
		this.complete = new Map(options.stores.map(({ name }) => [name, new Completeness()]));
		this.keeper = new ChainKeeper({
			cluster: options.cluster,
			stores: options.stores,
			sealed: this.sealed,
			clock: options.clock,
			settleMs: options.limits.settleMs,
			retryMs: options.limits.retryMs,
			onStored: (store, line, everywhere) => this.#stored(store, line, everywhere),
			onError: (err) => options.log.warn({ err }, "a store did not take what it was given"),
		});
	}

	get following(): FollowSession | null {
		return this.#session;
	}

	get lastError(): string | null {
		return this.#lastError;
	}

	/** When the last round began, by the clock's own time: a process that is stuck is told by it. */
	get roundAt(): number {
		return this.#roundAt;
	}

	/** Until it is told to stop. Whatever fails is said and tried again. */
	async run(stop: AbortSignal): Promise<void> {
		const { clock, log, limits } = this.options;
		await this.sealed.open();
		while (!stop.aborted) {
			this.#roundAt = clock.now();
			try {
				await this.#follow(stop);
			} catch (error) {
				log.warn({ err: error }, "the archive is begun anew from where the stores end");
				await clock.sleep(limits.retryMs * this.#failed(error), stop);
			}
		}
		await this.keeper.close();
		this.looker.close();
	}

	/** @returns how much longer than after other failures it is waited before the next try */
	#failed(error: unknown): number {
		this.#lastError = error instanceof Error ? error.message : String(error);
		if (error instanceof ConflictError) this.alerts.add("archiveConflict");
		if (!(error instanceof TransactionTooLargeError)) return 1;
		this.alerts.add("transactionTooLarge");
		return roomPatience;
	}

	/** @param well the one before went well */
	roundBegins(well: boolean): void {
		this.#roundAt = this.options.clock.now();
		if (!well) return;
		this.#lastError = null;
		this.alerts.delete("archiveConflict");
	}

	/** For one segment's transactions. */
	sealedWith(number: number, commits: readonly number[]): void {
		this.#commits.set(number, commits);
	}

	/** What the instances have now, for the measure of how complete the stores are. */
	seen(at: number, executed: GtidSet): void {
		this.chainComplete.seen(at, executed);
		for (const [store, completeness] of this.complete) {
			completeness.seen(at, executed);
			completeness.has(this.#positionOf(store));
		}
	}

	/** What this store has of the history. */
	#positionOf(store: string): GtidSet {
		const at = this.keeper.writers.find(({ name }) => name === store)?.at;
		return at?.position ?? emptySet;
	}

	async #follow(stop: AbortSignal): Promise<void> {
		if (!this.keeper.opened || this.keeper.conflict !== null) await this.keeper.open();
		const reign = await this.options.view.reign();
		if (reign === null) {
			await this.options.clock.sleep(this.options.limits.flushMs, stop);
			return;
		}
		await this.#enter(reign, stop);
		const session = new FollowSession(this, reign, this.#avoid);
		this.#session = session;
		try {
			const { reason, avoid } = await session.run(stop);
			this.#avoid = avoid;
			this.options.log.info({ reason }, "the source is chosen anew");
		} finally {
			this.#session = null;
		}
	}

	/** Before anything of a new term is archived, what it went on without is marked. */
	async #enter(reign: Reign, stop: AbortSignal): Promise<void> {
		const end = this.keeper.end();
		if (reign.term < end.term) throw new Error(`the record says term ${reign.term}, and the archive is in ${end.term}`);
		if (end.number === 0 || reign.term === end.term) return;
		const { position } = withoutOrphans(end, this.keeper.orphans(), reign.term);
		const orphaned = orphansOf(reign, position);
		if (isEmpty(orphaned)) return;
		const { cluster, clock, log } = this.options;
		const at = new Date(clock.wall()).toISOString();
		const orphans = { version: 1, cluster, term: reign.term, gtids: formatGtidSet(orphaned), at } as const;
		log.warn({ orphans }, "the new term began without transactions that are archived");
		await this.keeper.declareOrphans(orphans, stop);
	}

	#stored(store: string, { header }: HeaderLine, everywhere: boolean): void {
		this.complete.get(store)?.has(this.#positionOf(store));
		const commits = this.#commits.get(header.number) ?? [];
		this.options.onArchived(store, commits);
		if (!everywhere) return;
		this.options.onArchived(null, commits);
		for (const number of this.#commits.keys()) if (number <= header.number) this.#commits.delete(number);
	}
}
