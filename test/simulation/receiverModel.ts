/**
 * The replica side of an instance: receiver, relay log, applier. Nothing is acknowledged before it is on disk. What is
 * fetched without being synced goes with a crash, as if the node had lost its power: the worst that may happen.
 */
import type { Mysql } from "./mysqlModel.ts";
import type { Snapshot } from "./snapshotModel.ts";
import { SqlError } from "./sqlError.ts";
import { type Transaction, TransactionSet } from "./transactions.ts";

const retryMs = 1000;
const heartbeatMs = 500;
const silenceMs = 3000;

export class Receiver {
	readonly #own: Mysql;
	source: string | null = null;
	state: "on" | "connecting" | "off" = "off";
	error = "";
	applying = false;
	/** Why the applier stopped, as the server numbers it. */
	errno = 0;
	/** The relay log is being thrown away; a crash meanwhile leaves neither it nor settings that can be read. */
	resetting = false;
	unreadable = false;
	applyMs = 1;
	relay: Transaction[] = [];
	retrieved = new TransactionSet();
	/** sync_relay_log = 1 */
	syncs = true;
	/** rpl_semi_sync_replica_enabled; what was set when it started is what holds. */
	acknowledging = true;
	#acknowledges = true;
	/** Of the relay log, what nothing has put on disk yet. */
	readonly #unsynced = new Set<Transaction>();
	#connection = 0;
	#heardAt = 0;
	#busy = false;
	#onApplied: (() => void)[] = [];

	constructor(own: Mysql) {
		this.#own = own;
	}

	start(): void {
		if (this.state !== "off") return;
		this.state = "connecting";
		this.error = "";
		this.#acknowledges = this.acknowledging;
		this.#connect();
	}

	/** Rpl_semi_sync_replica_status */
	get acknowledges(): boolean {
		return this.state === "on" && this.#acknowledges;
	}

	stop(): void {
		this.state = "off";
		this.#connection = this.#own.world.newConnection();
	}

	/** While it tries to connect to a host that does not answer at all, it hears of nothing else. */
	get deaf(): boolean {
		const own = this.#own;
		if (this.state !== "connecting" || this.source === null) return false;
		return own.world.mysql(this.source).vanished || !own.world.network.joined(own.name, this.source);
	}

	holds(connection: number): boolean {
		return connection === this.#connection && this.state === "on";
	}

	lost(connection: number): void {
		if (connection !== this.#connection || this.state !== "on") return;
		this.state = "connecting";
		this.#connect();
	}

	event(connection: number, transaction: Transaction, source: Mysql): void {
		if (connection !== this.#connection || this.state !== "on") return;
		const { boot } = source;
		const { world } = this.#own;
		this.#heardAt = world.clock.now();
		if (!this.syncs) {
			this.#unsynced.add(transaction);
			this.#take(transaction);
			return;
		}
		this.#own.disk.flush(() => {
			if (connection !== this.#connection || this.state !== "on") return;
			if (this.#acknowledges) world.watch.granted(transaction, this.#own.name);
			this.#take(transaction);
			if (!this.#acknowledges) return;
			world.network.send(this.#own.name, source.name, () => {
				if (boot === source.boot) source.arrive(() => source.acknowledged(transaction));
			});
		});
	}

	#take(transaction: Transaction): void {
		this.relay.push(transaction);
		this.retrieved.add(transaction);
		this.apply();
	}

	/** One transaction after the other, as long as the applier runs. */
	apply(): void {
		const own = this.#own;
		if (this.#busy || !this.applying || this.relay.length === 0 || !own.up) return;
		this.#busy = true;
		const { boot } = own;
		own.world.clock.after(this.applyMs, () => {
			if (boot !== own.boot) return;
			this.#busy = false;
			if (!this.applying || own.stopped || own.disk.stalled) return;
			const next = this.relay.shift();
			if (next !== undefined) this.#applied(next);
			for (const work of this.#onApplied.splice(0)) work();
			this.apply();
		});
	}

	/** On disk from here on: acknowledging a later one acknowledges it. */
	#applied(transaction: Transaction): void {
		this.#own.apply(transaction);
		if (this.#unsynced.delete(transaction)) this.#own.world.watch.granted(transaction, this.#own.name);
	}

	/** FLUSH LOCAL RELAY LOGS: what is not on disk is from here on, and acknowledged with the next that it asks for. */
	flush(): void {
		for (const transaction of this.relay) {
			if (this.#unsynced.delete(transaction)) this.#own.world.watch.granted(transaction, this.#own.name);
		}
	}

	onApplied(work: () => void): void {
		this.#onApplied.push(work);
	}

	/** @throws what START REPLICA is answered where the relay log that it speaks of is gone */
	startApplier(): void {
		this.errno = this.unreadable ? 13124 : 0;
		if (this.unreadable) throw new SqlError(1872, "failed to initialize applier metadata structure");
		this.applying = true;
		this.apply();
	}

	/** The relay log and where it came from are gone. */
	purge(): void {
		this.#own.world.watch.purged(this.#own);
		this.relay = [];
		this.retrieved = new TransactionSet();
	}

	forget(): void {
		this.purge();
		this.source = null;
		this.errno = 0;
		this.resetting = false;
		this.unreadable = false;
	}

	/** As it was when a snapshot was taken. */
	restore({ relay, source }: Pick<Snapshot, "relay" | "source">): void {
		this.relay = [...relay];
		this.source = source;
		this.retrieved = new TransactionSet();
		for (const transaction of relay) this.retrieved.add(transaction);
	}

	/** The relay log survives: relay_log_recovery is off, and what was acknowledged was synced. */
	crashed(): void {
		this.stop();
		this.#loseUnsynced();
		this.syncs = true;
		this.acknowledging = true;
		this.applying = false;
		this.errno = 0;
		this.unreadable ||= this.resetting;
		this.resetting = false;
		this.#busy = false;
		this.#onApplied = [];
	}

	/** The server reads its relay log again when it starts, and knows of no more than is there. */
	#loseUnsynced(): void {
		const lost = this.relay.filter((transaction) => this.#unsynced.has(transaction));
		this.#unsynced.clear();
		if (lost.length === 0) return;
		this.relay = this.relay.filter((transaction) => !lost.includes(transaction));
		this.retrieved = new TransactionSet();
		for (const transaction of this.relay) this.retrieved.add(transaction);
	}

	#connect(): void {
		const own = this.#own;
		const { world } = own;
		if (this.source === null) return;
		const source = world.mysql(this.source);
		const connection = world.newConnection();
		this.#connection = connection;
		world.clock.after(retryMs, () => own.arrive(() => this.#retry(connection)));
		const has = own.executed.join(this.retrieved);
		world.network.send(own.name, source.name, () =>
			source.arrive(() => {
				const refused = source.accept(own.name, { connection, has, acknowledges: this.#acknowledges });
				world.network.send(source.name, own.name, () => own.arrive(() => this.#answered(connection, refused)));
				source.pump();
			}),
		);
	}

	#answered(connection: number, refused: string | null): void {
		if (connection !== this.#connection || this.state !== "connecting") return;
		if (refused !== null) {
			this.state = "off";
			this.error = refused;
			return;
		}
		this.state = "on";
		this.#heardAt = this.#own.world.clock.now();
		this.#listen(connection);
	}

	#retry(connection: number): void {
		if (connection === this.#connection && this.state === "connecting") this.#connect();
	}

	/** Heartbeats: silence for longer than the net timeout breaks the connection. */
	#listen(connection: number): void {
		const own = this.#own;
		own.world.clock.after(heartbeatMs, () =>
			own.arrive(() => {
				if (connection !== this.#connection || this.state !== "on" || this.source === null) return;
				const source = own.world.mysql(this.source);
				const now = own.world.clock.now();
				const served = source.dumps.get(own.name)?.connection === connection;
				const heard = served && !source.stopped && own.world.network.joined(own.name, source.name);
				if (heard) this.#heardAt = now;
				if (now - this.#heardAt > silenceMs) this.lost(connection);
				else this.#listen(connection);
			}),
		);
	}
}
