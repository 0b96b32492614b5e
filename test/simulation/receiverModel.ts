/** The replica side of an instance: receiver, relay log, applier. Nothing is acknowledged before it is on disk. */
import type { Mysql } from "./mysqlModel.ts";
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
	applyMs = 1;
	relay: Transaction[] = [];
	retrieved = new TransactionSet();
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
		this.#connect();
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
		this.#own.disk.flush(() => {
			if (connection !== this.#connection || this.state !== "on") return;
			this.relay.push(transaction);
			this.retrieved.add(transaction);
			world.watch.granted(transaction, this.#own.name);
			this.apply();
			world.network.send(this.#own.name, source.name, () => {
				if (boot === source.boot) source.arrive(() => source.acknowledged(transaction));
			});
		});
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
			if (next !== undefined) own.apply(next);
			for (const work of this.#onApplied.splice(0)) work();
			this.apply();
		});
	}

	onApplied(work: () => void): void {
		this.#onApplied.push(work);
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
	}

	/** The relay log survives: relay_log_recovery is off and each event was synced. */
	crashed(): void {
		this.stop();
		this.applying = false;
		this.#busy = false;
		this.#onApplied = [];
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
				const refused = source.accept(own.name, connection, has);
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
