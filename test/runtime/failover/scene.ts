/** Builders for tests of decisions: a healthy cluster of three, changed by what the test is about. */
import type { ClusterRecord, Request } from "../../../runtime/failover/record.ts";
import type { Trend } from "../../../runtime/failover/trend.ts";
import type { Health, InstanceView, View } from "../../../runtime/failover/view.ts";
import { emptySet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { Reading, Receiver } from "../../../runtime/mysql/reading.ts";

export const members = ["mysql-0", "mysql-1", "mysql-2"];
export const sourceHost = (name: string) => `${name}.mysql`;
export const facts = {
	cluster: "test",
	members,
	sourceHost,
	stallLimitMs: 4000,
	holdOffMs: 60_000,
	volumes: { declared: 0, upTo: null },
};

/** The server UUID of mysql-N, and another for an instance that lost its data. */
export const uuid = (n: number) => `0000000${n}-0000-0000-0000-000000000000`;
export const otherUuid = "99999999-0000-0000-0000-000000000000";

/** `${uuid(n)}:1-last`. */
export const gtids = (n: number, last: number) => `${uuid(n)}:1-${last}`;

export function record(change: Partial<ClusterRecord> = {}): ClusterRecord {
	return {
		version: 1,
		cluster: "test",
		initialised: true,
		term: 3,
		primary: "mysql-0",
		epoch: 1,
		since: "2026-01-01T00:00:00.000Z",
		uuids: { "mysql-0": uuid(0), "mysql-1": uuid(1), "mysql-2": uuid(2) },
		gtidAtPromotion: "",
		schemasReady: true,
		...change,
	};
}

export function receiver(change: Partial<Receiver> = {}): Receiver {
	return { state: "on", source: sourceHost("mysql-0"), autoPosition: true, error: "", ...change };
}

interface Sets {
	readonly executed?: string;
	readonly retrieved?: string;
	readonly purged?: string;
}

export function primaryReading(sets: Sets = {}, change: Partial<Reading> = {}): Reading {
	return {
		uuid: uuid(0),
		version: "9.7.4",
		executed: parseGtidSet(sets.executed ?? gtids(0, 100)),
		retrieved: parseGtidSet(sets.retrieved ?? ""),
		purged: parseGtidSet(sets.purged ?? ""),
		superReadOnly: false,
		acksRequired: true,
		ackers: 2,
		waitingCommits: 0,
		committing: 0,
		binlogBytes: 0,
		acknowledges: false,
		catchingUp: false,
		receiver: null,
		foreignApplier: false,
		applier: null,
		lagSeconds: null,
		uptimeSeconds: 1000,
		...change,
	};
}

export function replicaReading(n: number, sets: Sets = {}, change: Partial<Reading> = {}): Reading {
	return primaryReading(sets, {
		uuid: uuid(n),
		superReadOnly: true,
		acksRequired: false,
		ackers: 0,
		acknowledges: true,
		receiver: receiver(),
		applier: { running: true, error: "", errno: 0 },
		lagSeconds: 0,
		...change,
	});
}

const steady: Trend = { answersMs: 60_000, stuckMs: 0, brokenMs: 0 };
export const reads = (reading: Reading, trend: Partial<Trend> = {}): Health => ({
	state: "readable",
	reading,
	ageMs: 10,
	trend: { ...steady, ...trend },
});
export const silent = (confirmed = true): Health => ({
	state: "unreachable",
	reason: "no answer",
	confirmed,
	refused: false,
});
export const refusing: Health = { state: "unreachable", reason: "refused", confirmed: true, refused: true };
export const lostSource = { receiver: receiver({ state: "connecting" }) };

export function view(health: readonly [Health, Health, Health], change: Partial<View> = {}): View {
	const instances = health.map(
		(h, n): InstanceView => ({
			name: `mysql-${n}`,
			zone: `zone-${n}`,
			address: `10.0.0.${n}`,
			health: h,
			busy: null,
			label: n === 0 ? "primary" : "replica",
			leaving: null,
			ending: false,
			quiesced: false,
			volume: null,
		}),
	);
	return {
		instances,
		published: "10.0.0.0",
		request: null,
		paused: null,
		holdOffMs: 0,
		seedStillMs: 0,
		growing: false,
		rollout: null,
		...change,
	};
}

export const healthy = () => view([reads(primaryReading()), reads(replicaReading(1)), reads(replicaReading(2))]);

export const request = (to?: string): Request => ({
	id: "r1",
	kind: "switchover",
	at: "2026-01-01T00:00:00.000Z",
	...(to === undefined ? {} : { to }),
});

export const noGtids = emptySet;
