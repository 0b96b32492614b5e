/** The leader's copy of what Kubernetes keeps of the cluster: the record, the endpoint, the operator's request. */
import type { Clock } from "./clock.ts";
import type { ClusterStore, Versioned } from "./clusterStore.ts";
import type { PauseOrder } from "./pause.ts";
import type { ClusterRecord, Request } from "./record.ts";

/** What others write is looked for this often: people wait for it, machines do not. */
const lookPeriodMs = 500;

/** Nothing but a new version: what was read of the record is still so, and stays so for whoever else would change it. */
export const nextEpoch = (record: ClusterRecord): ClusterRecord => ({ ...record, epoch: record.epoch + 1 });

export class RecordKeeper {
	readonly #store: ClusterStore;
	readonly #clock: Clock;
	#versioned: Versioned = { record: null, version: null };
	#published: string | null = null;
	#request: Request | null = null;
	#pause: PauseOrder | null = null;
	#readAt = Number.NEGATIVE_INFINITY;
	#saving: Promise<void> = Promise.resolve();
	#doubtful = false;
	/** Nobody's save from before is under way any more: whoever comes late finds another version. */
	#own = false;

	constructor(store: ClusterStore, clock: Clock) {
		this.#store = store;
		this.#clock = clock;
	}

	/** As last read or saved. */
	get versioned(): Versioned {
		return this.#versioned;
	}

	/** The address that mysql-primary points to. */
	get published(): string | null {
		return this.#published;
	}

	get request(): Request | null {
		return this.#request;
	}

	get pause(): PauseOrder | null {
		return this.#pause;
	}

	/** A save may have taken effect without an answer: nothing is decided before the record was read again. */
	doubt(): void {
		this.#doubtful = true;
	}

	/**
	 * Before a round's decision: what is in doubt is read again, the record is made this leader's own if it is not, and
	 * what others write is looked for now and then: orders of operators, and the endpoint, which a leader before may
	 * have moved late.
	 */
	async refreshWhenDue(): Promise<void> {
		if (this.#doubtful) await this.refresh();
		if (!this.#own && this.#versioned.record !== null) await this.save(nextEpoch);
		if (this.#clock.now() - this.#readAt < lookPeriodMs) return;
		this.#readAt = this.#clock.now();
		// Whatever keeps these from being read must not keep a failover from being made.
		const pause = this.#store.readPause().catch(() => this.#pause);
		const published = this.#store.readPublished().catch(() => this.#published);
		[this.#request, this.#pause, this.#published] = await Promise.all([this.#store.readRequest(), pause, published]);
	}

	/** What others may have changed, or an act that stopped half-way. */
	async refresh(): Promise<void> {
		this.#versioned = await this.#store.readRecord();
		this.#published = await this.#store.readPublished();
		this.#doubtful = false;
	}

	/** @throws when there is a record. */
	async create(record: ClusterRecord): Promise<void> {
		this.#versioned = await this.#store.saveRecord(record, this.#versioned.version);
	}

	/** Saves queue up: a rebuild beside a failover must not make it lose its compare and swap. */
	save(update: (record: ClusterRecord) => ClusterRecord): Promise<void> {
		const saving = this.#saving.then(async () => {
			const { record, version } = this.#versioned;
			if (record === null) throw new Error("there is no cluster record");
			this.#versioned = await this.#store.saveRecord(update(record), version);
			this.#own = true;
		});
		this.#saving = saving.catch(() => {
			this.#doubtful = true;
			this.#own = false;
		});
		return saving;
	}
}
