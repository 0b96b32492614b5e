/** A history as a list, and the archive and the backups that would have been made of it. */
import type { Orphans, SegmentHeader } from "../../../runtime/archive/segment.ts";
import type { BackupEntry, BackupKind } from "../../../runtime/backup/entry.ts";
import type { BinlogTransaction } from "../../../runtime/binlog/transaction.ts";
import { formatGtidSet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";

export const first = "aaaaaaaa-0000-0000-0000-000000000001";
export const second = "bbbbbbbb-0000-0000-0000-000000000002";
/** 2026-11-25T10:00:00Z, in microseconds. */
export const begin = Date.UTC(2026, 10, 25, 10) * 1000;

export interface Event {
	readonly gtid: string;
	/** Microseconds since 1970. */
	readonly at: number;
}

/** `uuid:1` to `uuid:count`, one a second. */
export function events(count: number, uuid = first, from = 1, at = begin): Event[] {
	return Array.from({ length: count }, (_, index) => ({ gtid: `${uuid}:${from + index}`, at: at + index * 1_000_000 }));
}

export const setOf = (list: readonly Event[]) => formatGtidSet(parseGtidSet(list.map(({ gtid }) => gtid).join(",")));

export interface SegmentFacts {
	readonly number: number;
	readonly events: readonly Event[];
	readonly after: string;
	readonly term?: number;
	readonly provisional?: boolean;
	readonly missing?: string;
}

export function header(facts: SegmentFacts): SegmentHeader {
	const times = facts.events.map(({ at }) => at);
	return {
		version: 1,
		cluster: "mysql",
		number: facts.number,
		previous: facts.number === 1 ? null : `hash-${facts.number - 1}`,
		stream: { server: first, file: "binlog.000001", from: 0, to: 1 },
		term: facts.term ?? 1,
		source: { instance: "mysql-1", role: "replica" },
		provisional: facts.provisional ?? false,
		after: facts.after,
		gtids: setOf(facts.events),
		gap: facts.missing === undefined ? null : { missing: facts.missing },
		firstCommit: times.length === 0 ? null : Math.min(...times),
		lastCommit: times.length === 0 ? null : Math.max(...times),
		cutAt: "2026-11-25T10:00:00Z",
		finished: false,
		bytes: 1000,
		sha256: `plain-${facts.number}`,
		storedSha256: `stored-${facts.number}`,
	};
}

/** Cut after each of these counts of events; numbers from 1 on. */
export function segments(history: readonly Event[], cuts: readonly number[]): SegmentHeader[] {
	const edges = [0, ...new Set([...cuts, history.length].sort((a, b) => a - b))].filter(
		(e, i, all) => e !== all[i - 1],
	);
	return edges.slice(1).map((to, index) =>
		header({
			number: index + 1,
			events: history.slice(edges[index], to),
			after: setOf(history.slice(0, edges[index])),
		}),
	);
}

export function backupOf(
	held: string,
	at: number,
	given: Partial<BackupEntry> & { kind?: BackupKind } = {},
): BackupEntry {
	const time = new Date(at / 1000).toISOString();
	return {
		version: 1,
		id: `${time.replace(/[-:.]/g, "")}-full`,
		cluster: "mysql",
		kind: "full",
		startedAt: time,
		finishedAt: time,
		source: { instance: "mysql-1", server: first, role: "replica" },
		term: 1,
		gtidExecuted: held,
		mysqlVersion: "9.7.4",
		bytes: 1_000_000,
		addedBytes: 1000,
		booted: { at: time, seconds: 1, tables: 1, checks: [] },
		snapshot: "cafe",
		...given,
	};
}

export const orphansOf = (term: number, gtids: string): Orphans => ({
	version: 1,
	cluster: "mysql",
	term,
	gtids,
	at: "2026-11-25T10:00:00Z",
});

/** As they would be read from the segment with these events. */
export function transactions(list: readonly Event[]): BinlogTransaction[] {
	return list.map(({ gtid, at }, index) => ({
		gtid,
		from: index * 100,
		to: index * 100 + 100,
		originalCommit: at,
		immediateCommit: at,
	}));
}
