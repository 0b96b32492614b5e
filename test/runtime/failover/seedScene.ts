/** A restored copy that is being put in place, at any step of it. */

import type { RebuildAccess } from "../../../runtime/failover/rebuildAct.ts";
import type { ClusterRecord, Seed } from "../../../runtime/failover/record.ts";
import type { SeedRequest } from "../../../runtime/failover/seed.ts";
import type { Health } from "../../../runtime/failover/view.ts";
import type { Row, Session } from "../../../runtime/mysql/session.ts";
import { gtids, otherUuid, primaryReading, reads, record, replicaReading, uuid } from "./scene.ts";

/** The restored copy holds less than the database does. */
export const restored = gtids(0, 80);
export const donor = { host: "10.0.9.9", port: 3306, identity: "mysql" };
export const firstCopy = otherUuid;
export const secondCopy = "88888888-0000-0000-0000-000000000000";

export const asked = (change: Partial<SeedRequest> = {}): SeedRequest => ({
	id: "s1",
	kind: "seed",
	at: "2026-01-01T00:00:00.000Z",
	donor,
	gtids: restored,
	replaces: "in-place",
	beyondTerm: 0,
	...change,
});

export const seed = (change: Partial<Seed> = {}): Seed => ({
	id: "s1",
	startedAt: "2026-01-01T00:00:00.000Z",
	donor,
	gtids: restored,
	beyondTerm: 0,
	first: "mysql-1",
	second: "mysql-2",
	before: { "mysql-1": uuid(1), "mysql-2": uuid(2) },
	safe: "it is in the archive",
	attempts: {},
	state: "copying",
	message: "",
	steps: [],
	...change,
});

/** Those that were begun to be copied to count for nothing. */
export function seededRecord(change: Partial<Seed> = {}, more: Partial<ClusterRecord> = {}): ClusterRecord {
	const own = seed(change);
	const { uuids } = record();
	const left = Object.fromEntries(Object.entries(uuids).filter(([name]) => own.attempts[name] === undefined));
	return record({ uuids: left, seed: own, ...more });
}

export const closed: Health = reads(primaryReading({}, { superReadOnly: true, acksRequired: false, ackers: 0 }));
const copied = { receiver: null, applier: null };
export const first: Health = reads(replicaReading(1, { executed: restored }, { uuid: firstCopy, ...copied }));
export const second: Health = reads(replicaReading(2, { executed: restored }, { uuid: secondCopy, ...copied }));
/** A copy that failed half-way leaves nothing. */
export const emptied = (n: number): Health => reads(replicaReading(n, { executed: "" }, copied));

/** What a server answers, by how the statement begins; what it was told. */
export function server(answers: Record<string, readonly (readonly Row[])[]> = {}, told: string[] = []): Session {
	const run = async (sql: string) => {
		told.push(sql);
		return Object.entries(answers).find(([start]) => sql.startsWith(start))?.[1] ?? [[]];
	};
	return { closed: false, close: () => {}, run };
}

interface Copy {
	readonly executed?: string;
	readonly closed?: number;
	readonly version?: string;
	readonly clonable?: number;
}

export function restoredCopy({ executed = restored, closed = 1, version = "9.7.4", clonable = 1 }: Copy): Session {
	return server({ "SELECT @@GLOBAL.gtid_executed": [[{ executed, closed, version, clonable }]] });
}

/** What acts use, without an archive. */
export const access = (change: Partial<RebuildAccess> = {}) =>
	({
		session: async () => server(),
		donorSession: async () => restoredCopy({}),
		cloneSource: (name: string) => ({ host: `${name}.mysql`, port: 33062, user: "clone", password: "x", caFile: "ca" }),
		replicationLogin: { user: "replication", password: "x", ca: "" },
		archived: null,
		...change,
	}) as RebuildAccess;
