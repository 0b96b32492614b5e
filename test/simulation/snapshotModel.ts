/** A snapshot of an instance's volume: what it held at one moment, as a power cut would leave it. */
import type { SourceSnapshot } from "../../runtime/failover/nearestCopy.ts";
import { parseGtidSet } from "../../runtime/mysql/gtidSet.ts";
import type { Mysql } from "./mysqlModel.ts";
import type { Transaction, TransactionSet } from "./transactions.ts";

export interface Snapshot {
	readonly name: string;
	/** Of the instance that it was taken of. */
	readonly instance: string;
	readonly uuid: string;
	/** Virtual milliseconds. */
	readonly at: number;
	readonly binlog: readonly Transaction[];
	readonly executed: TransactionSet;
	readonly purged: TransactionSet;
	readonly relay: readonly Transaction[];
	readonly source: string | null;
	/** Whether the storage makes a volume of it. */
	readonly works: boolean;
}

export function snapshotOf(instance: Mysql, works: boolean): Snapshot {
	const { name, uuid, binlog, executed, purged, receiver, world } = instance;
	const at = world.clock.now();
	// A start commits what is only in the binary log, and that is what was written on it when a copy was tried.
	const all = executed.copy();
	for (const transaction of binlog) all.add(transaction);
	const own = { uuid, binlog: [...binlog], executed: all, purged: purged.copy() };
	return {
		name: `snapshot-${at}`,
		instance: name,
		at,
		...own,
		relay: [...receiver.relay],
		source: receiver.source,
		works,
	};
}

/** As the watchdog is shown it: far nearer than CLONE, whatever it holds. */
export function shown({ name, instance, uuid, at, executed }: Snapshot): SourceSnapshot {
	const takenAt = new Date(Date.UTC(2026, 0) + at).toISOString();
	return {
		name,
		takenAt,
		instance,
		server: uuid,
		term: 1,
		gtidExecuted: parseGtidSet(executed.text()),
		version: "9.7.4",
		bytes: 2 ** 60,
		ready: true,
		verifiedAt: takenAt,
		fault: null,
		content: null,
		volumeBytes: 0,
	};
}
