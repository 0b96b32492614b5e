/**
 * One semi-synchronous MySQL instance, AFTER_SYNC: a commit is flushed to the binary log, sent to the replicas, and
 * waits for one acknowledgement before the engine commits it and the client hears of it. After a crash everything in
 * the binary log is committed, acknowledged or not (MySQL bug 99370).
 */
import { Disk } from "./diskModel.ts";
import { Receiver } from "./receiverModel.ts";
import type { Snapshot } from "./snapshotModel.ts";
import type { SessionState } from "./sqlModel.ts";
import { type Transaction, TransactionSet } from "./transactions.ts";
import type { World } from "./world.ts";

export type WriteAnswer = "done" | "refused" | "lost";

interface Waiting {
	readonly transaction: Transaction;
	readonly index: number;
	readonly answer: (answer: WriteAnswer) => void;
}

interface Dump extends Connection {
	position: number;
}

/** A receiver that comes to its source. */
interface Connection {
	readonly connection: number;
	/** What it has already. */
	readonly has: TransactionSet;
	readonly acknowledges: boolean;
}

export class Mysql {
	readonly name: string;
	readonly world: World;
	readonly receiver: Receiver;
	readonly disk: Disk;
	uuid: string;
	binlog: Transaction[] = [];
	executed = new TransactionSet();
	purged = new TransactionSet();
	up = true;
	/** Counts starts: what was under way before a restart is void. */
	boot = 0;
	readOnly = true;
	superReadOnly = true;
	acksRequired = false;
	offline = false;
	/** Its data are being replaced by another's. */
	cloning = false;
	/** The last time that they were, it did not come to its end. */
	cutOff = false;
	stopped = false;
	/** Its host went with it: nothing answers there, not even a refusal. */
	vanished = false;
	/** What tells the other end of each session that the server is gone. */
	readonly sessions = new Set<() => void>();
	/** The server's side of them, of whose end it need not have heard. */
	readonly states = new Map<number, SessionState>();
	readonly dumps = new Map<string, Dump>();
	#next = 1;
	/** Counts how often the clients' sessions were ended. */
	#sessions = 0;
	#waiting: Waiting[] = [];
	/** Transactions that clients have open, numbered in order. */
	readonly open = new Set<number>();
	#opened = 0;
	#flushing = 0;
	#inbox: (() => void)[] = [];
	#idle: (() => void)[] = [];

	constructor(name: string, world: World) {
		this.name = name;
		this.world = world;
		this.uuid = world.newUuid();
		this.receiver = new Receiver(this);
		this.disk = new Disk(this);
	}

	/** Runs what arrived for this process; a stopped one does it when it goes on, a dead one never. */
	arrive(work: () => void): void {
		if (!this.up) return;
		if (this.stopped) this.#inbox.push(work);
		else work();
	}

	write(write: number | null, client: (answer: WriteAnswer) => void): void {
		if (this.offline || (write === null ? this.superReadOnly : this.readOnly)) {
			client("refused");
			return;
		}
		const sessions = this.#sessions;
		const identity = this.#opened++;
		this.open.add(identity);
		const answer = (what: WriteAnswer) => {
			this.open.delete(identity);
			client(sessions === this.#sessions ? what : "lost");
		};
		this.#flushing += 1;
		this.disk.flush(() => {
			this.#flushing -= 1;
			const transaction = { uuid: this.uuid, number: this.#next++, write };
			this.binlog.push(transaction);
			if (this.acksRequired) this.#waiting.push({ transaction, index: this.binlog.length - 1, answer });
			else this.#commit({ transaction, index: 0, answer });
			this.pump();
			this.#settle();
		});
	}

	/** Somebody with every privilege writes to a replica. */
	writeErrantly(): void {
		if (!this.up || this.stopped || this.disk.stalled || this.world.api.record?.primary === this.name) return;
		const transaction = { uuid: this.uuid, number: this.#next++, write: null };
		this.binlog.push(transaction);
		this.executed.add(transaction);
		this.world.watch.erred(transaction);
	}

	/** A transaction of the relay log, applied. */
	apply(transaction: Transaction): void {
		if (this.executed.has(transaction)) return;
		this.binlog.push(transaction);
		this.executed.add(transaction);
		this.pump();
	}

	acknowledged(transaction: Transaction): void {
		const index = this.binlog.findLastIndex((t) => t.uuid === transaction.uuid && t.number === transaction.number);
		const done = this.#waiting.filter((w) => w.index <= index);
		this.#waiting = this.#waiting.filter((w) => w.index > index);
		for (const waiting of done) this.#commit(waiting);
		this.#settle();
	}

	setAcksRequired(required: boolean): void {
		this.acksRequired = required;
		if (required) return;
		for (const waiting of this.#waiting.splice(0)) this.#commit(waiting);
		this.#settle();
	}

	/** Ends every client's session: what it began is finished, but it hears of nothing any more. */
	setOffline(offline: boolean): void {
		this.offline = offline;
		if (offline) this.#sessions += 1;
	}

	/** Commits that are being written. */
	get committing(): number {
		return this.#flushing;
	}

	get waitingCommits(): number {
		return this.#waiting.length;
	}

	/** Once no commit is under way; new ones are refused meanwhile by the caller. */
	whenIdle(work: () => void): void {
		this.#idle.push(work);
		this.#settle();
	}

	accept(replica: string, connection: Connection): string | null {
		const { has } = connection;
		const missing = this.purged.beyond(has, undefined);
		if (missing.length > 0) return "1236: purged binary logs";
		const mine = new TransactionSet();
		for (const t of this.binlog) mine.add(t);
		const own = has.beyond(mine.join(this.executed), undefined).filter((t) => t.startsWith(`${this.uuid.slice(-2)}:`));
		if (own.length > 0) return "1236: the replica has more of the source's transactions than the source";
		this.dumps.set(replica, { ...connection, position: 0 });
		return null;
	}

	/** Replicas whose connection stands. */
	get ackers(): number {
		const acknowledging = [...this.dumps].filter(([name, { connection }]) => {
			const { receiver } = this.world.mysql(name);
			return receiver.holds(connection) && receiver.acknowledges;
		});
		return acknowledging.length;
	}

	/** Dump threads send what the binary log has, acknowledged or not. */
	pump(): void {
		for (const [replica, dump] of this.dumps) {
			while (dump.position < this.binlog.length) {
				const transaction = this.binlog[dump.position++] as Transaction;
				if (dump.has.has(transaction)) {
					// What it has counts as acknowledged (semisync_source_plugin.cc, repl_semi_after_send_event).
					if (dump.acknowledges) this.acknowledged(transaction);
					continue;
				}
				const to = this.world.mysql(replica);
				this.world.network.send(this.name, replica, () =>
					to.arrive(() => to.receiver.event(dump.connection, transaction, this)),
				);
			}
		}
	}

	/** `silent` when the host dies with it and nobody is told. */
	crash(silent: boolean): void {
		if (!this.up) return;
		this.up = false;
		this.vanished = silent;
		this.boot += 1;
		this.cloning = false;
		this.#waiting = [];
		this.#flushing = 0;
		this.open.clear();
		this.#inbox = [];
		this.disk.crashed();
		this.#idle = [];
		this.stopped = false;
		this.receiver.crashed();
		for (const [replica, { connection }] of this.dumps) {
			const to = this.world.mysql(replica);
			if (!silent) this.world.network.send(this.name, replica, () => to.arrive(() => to.receiver.lost(connection)));
		}
		this.dumps.clear();
		if (!silent) for (const hangUp of this.sessions) hangUp();
		this.sessions.clear();
		this.states.clear();
	}

	start(): void {
		if (this.up || !this.world.volumes.startable(this.name)) return;
		this.up = true;
		this.vanished = false;
		this.readOnly = true;
		this.superReadOnly = true;
		this.acksRequired = false;
		this.offline = false;
		for (const t of this.binlog) this.executed.add(t);
	}

	/** A new, empty data directory. */
	wipe(): void {
		this.world.watch.wiped(this);
		this.uuid = this.world.newUuid();
		this.binlog = [];
		this.executed = new TransactionSet();
		this.purged = new TransactionSet();
		this.#next = 1;
		this.receiver.forget();
	}

	/** What a snapshot holds, in a data directory that was just emptied. */
	restore(snapshot: Snapshot, keepsIdentity: boolean): void {
		if (keepsIdentity) this.uuid = snapshot.uuid;
		this.binlog = [...snapshot.binlog];
		this.executed = snapshot.executed.copy();
		this.purged = snapshot.purged.copy();
		this.receiver.restore(snapshot);
		this.world.watch.restored(this);
	}

	freeze(stopped: boolean): void {
		this.stopped = stopped && this.up;
		if (this.stopped) return;
		for (const work of this.#inbox.splice(0)) this.arrive(work);
		this.disk.goOn();
	}

	#commit({ transaction, answer }: Waiting): void {
		this.executed.add(transaction);
		answer("done");
	}

	#settle(): void {
		if (this.#waiting.length > 0 || this.#flushing > 0) return;
		for (const work of this.#idle.splice(0)) work();
	}
}
