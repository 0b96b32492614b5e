/** One safety step removed at a time, by wrapping what the leader is given. Each must break an invariant. */
import type { Versioned } from "../../runtime/failover/clusterStore.ts";
import type { LeaderOptions } from "../../runtime/failover/leader.ts";
import type { ClusterRecord } from "../../runtime/failover/record.ts";
import { union } from "../../runtime/mysql/gtidSet.ts";
import { type Instance, instance } from "../../runtime/mysql/instance.ts";
import { held } from "../../runtime/mysql/reading.ts";
import type { Session } from "../../runtime/mysql/session.ts";
import { TransactionSet } from "./transactions.ts";
import type { Mutate, World } from "./world.ts";

/** Some of an instance's operations replaced. */
function acting(change: (real: Instance, session: Session) => Partial<Instance>): Mutate {
	return (options) => ({
		...options,
		instance: (session, link) => {
			const real = options.instance(session, link);
			return { ...real, ...change(real, session) };
		},
	});
}

/** The record as the leader sees it, changed; what it saves is left as it is. */
function believing(change: (record: ClusterRecord, world: World) => Partial<ClusterRecord>): Mutate {
	return (options, world) => {
		const see = ({ record, version }: Versioned): Versioned => ({
			record: record === null ? null : { ...record, ...change(record, world) },
			version,
		});
		const { store } = options;
		return {
			...options,
			store: {
				...store,
				readRecord: async () => see(await store.readRecord()),
				saveRecord: async (record, version) => see(await store.saveRecord(record, version)),
			},
		};
	};
}

const actualUuids = (world: World) => Object.fromEntries([...world.instances.values()].map((i) => [i.name, i.uuid]));

function everything(world: World): string {
	return [...world.instances.values()].reduce((all, i) => all.join(i.executed), new TransactionSet()).text();
}

/** A replica that cannot be reached counts as one that holds nothing: no quorum gate is left. */
const skipQuorum: Mutate = (options, world) => ({
	...options,
	connect: async (target, login, ms) => {
		try {
			return await options.connect(target, login, ms);
		} catch (error) {
			const { record } = world.api;
			if (record === null || record.primary === target.name) throw error;
			return ghost(world, target.name, record);
		}
	},
});

function ghost(world: World, name: string, { uuids }: ClusterRecord): Session {
	const until = world.clock.now() + 1000;
	const variables = {
		uuid: uuids[name] ?? "",
		version: "",
		executed: "",
		purged: "",
		superReadOnly: 1,
		acksRequired: 0,
		catchingUp: 0,
	};
	return {
		get closed() {
			return world.clock.now() > until;
		},
		close: () => {},
		run: async (sql) => [sql.startsWith("SELECT @@server_uuid") ? [variables] : [], [], []],
	};
}

const skipRecord: Mutate = (options) => {
	const { store } = options;
	let term = Number.POSITIVE_INFINITY;
	const readRecord = async () => {
		const found = await store.readRecord();
		term = found.record?.term ?? Number.POSITIVE_INFINITY;
		return found;
	};
	return {
		...options,
		store: {
			...store,
			readRecord,
			saveRecord: async (record: ClusterRecord, version: string | null) =>
				record.term > term ? { record, version } : store.saveRecord(record, version),
		},
	};
};

const skipCompare: Mutate = (options, world) => {
	world.api.comparing = false;
	return options;
};

/** What only raises the epoch is not written. */
const skipEpoch: Mutate = (options) => {
	const { store } = options;
	let before: ClusterRecord | null = null;
	const keep = (versioned: Versioned) => {
		before = versioned.record;
		return versioned;
	};
	return {
		...options,
		store: {
			...store,
			readRecord: async () => keep(await store.readRecord()),
			saveRecord: async (record: ClusterRecord, version: string | null) => {
				const same = JSON.stringify({ ...record, epoch: before?.epoch }) === JSON.stringify(before);
				return keep(same ? { record, version } : await store.saveRecord(record, version));
			},
		},
	};
};

/** An instance is wiped as if nothing that it holds counted. */
const wipeUnasked: Mutate = (options) => ({
	...options,
	decide: (view, record, facts) => {
		const decision = options.decide(view, record, facts);
		const repairs = decision.repairs.map((r) => (r.do === "rebuild" ? { ...r, keeper: null } : r));
		return { ...decision, repairs };
	},
});

/** A session whose statements of that beginning do nothing. */
function leavingOut(session: Session, beginning: string): Session {
	return {
		get closed() {
			return session.closed;
		},
		close: () => session.close(),
		run: (sql, ms) => (sql.startsWith(beginning) ? Promise.resolve([[]]) : session.run(sql, ms)),
	};
}

/** What it has fetched without syncing it stays where it is when it begins to acknowledge. */
const skipFlush: Mutate = (options) => ({
	...options,
	instance: (session, link) => options.instance(leavingOut(session, "FLUSH LOCAL RELAY LOGS"), link),
});

const noLease = (options: LeaderOptions): LeaderOptions => ({
	...options,
	lease: { ...options.lease, remaining: () => 3000 },
});

/** No time passes by the clock that measures what is left of a deadline. */
const leaveSessions: Mutate = (options) => ({
	...options,
	instance: (session, link) => instance(leavingOut(session, "SELECT PROCESSLIST_ID AS id"), link, () => 0),
});

const undoneOpenly = "SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF";

const wrongFence = `SET GLOBAL rpl_semi_sync_source_enabled = OFF; SET GLOBAL offline_mode = ON;
SET GLOBAL super_read_only = ON; SET GLOBAL offline_mode = OFF`;

export const mutations: Readonly<Record<string, Mutate>> = {
	"acknowledgements are not revoked": acting(() => ({ stopReceiver: async () => {} })),
	"a receiver that tries to connect is left alone": acting((real) => ({
		stopReceiver: async (ms) => {
			const { receiver } = await real.read(ms);
			if (receiver?.state === "on") await real.stopReceiver(ms);
		},
	})),
	"the old primary is not fenced": acting(() => ({ fence: async () => {} })),
	"semi-sync is switched off before waiting sessions are ended": acting((_, session) => ({
		fence: async (ms) => void (await session.run(wrongFence, ms)),
	})),
	"no quorum is asked for": skipQuorum,
	"the candidate does not catch up": acting((real) => ({
		applyUntil: async () => true,
		read: async (ms) => {
			const reading = await real.read(ms);
			return { ...reading, executed: union(held(reading)) };
		},
	})),
	"what was fetched without syncing it is not put on disk": skipFlush,
	"what is not synced is acknowledged": acting((real, session) => ({
		catchUp: async (source, ms) => {
			await real.catchUp(source, ms);
			await session.run(
				"STOP REPLICA IO_THREAD; SET GLOBAL rpl_semi_sync_replica_enabled = ON; START REPLICA IO_THREAD",
				ms,
			);
		},
	})),
	"the term is not recorded before promoting": skipRecord,
	"the record is saved without comparing": skipCompare,
	"a new leader does not make the record its own": skipEpoch,
	"an instance is wiped without asking who else has what it holds": wipeUnasked,
	"a switchover is undone without requiring acknowledgements": acting((_, session) => ({
		acceptWrites: async (ms) => void (await session.run(undoneOpenly, ms)),
	})),
	"admission is ignored": believing((_, world) => ({ uuids: actualUuids(world) })),
	"surplus is ignored": believing((_, world) => ({ gtidAtPromotion: everything(world) })),
	"an empty data directory is trusted": believing((_, world) => ({ uuids: actualUuids(world), gtidAtPromotion: "" })),
	"the lease is not looked at": noLease,
	"what a leader before has begun goes on": leaveSessions,
	"the primary is opened without requiring acknowledgements": acting((real, session) => ({
		promote: async (ms) => {
			await real.promote(ms);
			await session.run("SET GLOBAL rpl_semi_sync_source_enabled = OFF", ms);
		},
	})),
	"a replica is repointed with both threads stopped": acting((real, session) => ({
		follow: async (source, ms) => {
			await session.run("STOP REPLICA", ms);
			const change = `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${source}', SOURCE_AUTO_POSITION = 1`;
			await session.run(change, ms);
			await real.follow(source, ms);
		},
	})),
};
