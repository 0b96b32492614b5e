/** An operation over instances that only remember: what was done, in which order, with what left of the lease. */
import type { ClusterStore, Versioned } from "../../../runtime/failover/clusterStore.ts";
import type { CopyRates, SourceSnapshot } from "../../../runtime/failover/nearestCopy.ts";
import type { Operation } from "../../../runtime/failover/operation.ts";
import type { ClusterRecord } from "../../../runtime/failover/record.ts";
import { readable, type View } from "../../../runtime/failover/view.ts";
import type { VolumeObjects } from "../../../runtime/failover/volumeReads.ts";
import { contains, emptySet, type GtidSet, union } from "../../../runtime/mysql/gtidSet.ts";
import type { Instance } from "../../../runtime/mysql/instance.ts";
import { held, type Reading } from "../../../runtime/mysql/reading.ts";
import { facts } from "./scene.ts";

export interface FakeOperation extends Operation {
	readonly done: string[];
	readonly saved: () => ClusterRecord | null;
}

export interface FakeOptions {
	readonly view: View;
	readonly record: ClusterRecord;
	/** Called before each act; may throw, as a lost connection would. */
	readonly before?: (what: string) => void;
	/** Milliseconds left of the lease at each look. */
	readonly leaseMs?: () => number;
	/** What is open on the primary at each look, the last one from then on. */
	readonly transactions?: readonly (readonly string[])[];
	/** Whether an applier finishes in time, also by how often it was asked; default: yes. */
	readonly applies?: boolean | ((times: number) => boolean);
	/** What an instance has fetched as soon as it catches up; default: nothing yet. */
	readonly fetches?: GtidSet;
	/** What somebody writes to an instance while it applies. */
	readonly gains?: GtidSet;
	/** The instance whose data are lost right after that act: it is back at once, new and empty. */
	readonly loses?: { readonly name: string; readonly after: string };
	/** What Kubernetes says of an instance's volume at the moment of the act. */
	readonly look?: (name: string) => VolumeObjects;
	/** What a new volume could be made of; default: nothing. */
	readonly sources?: () => readonly SourceSnapshot[];
	/** Default: volumes cannot be snapshot. */
	readonly copyRates?: CopyRates;
}

export function fakeOperation(options: FakeOptions): FakeOperation {
	const {
		view,
		record,
		before = () => {},
		leaseMs = () => 3000,
		transactions = [[]],
		applies = true,
		fetches = emptySet,
		gains = emptySet,
		loses,
		look = () => {
			throw new Error("no volume is looked at");
		},
		sources = () => [],
		copyRates,
	} = options;
	const done: string[] = [];
	let looks = 0;
	let asked = 0;
	let now = 0;
	const act = async (what: string) => {
		before(what);
		done.push(what);
		if (what === loses?.after) change(loses.name, () => ({ uuid: "new", executed: emptySet, retrieved: emptySet }));
	};
	const readings = new Map(readable(view).map((i) => [i.name, i.reading]));
	let versioned: Versioned = { record, version: "1" };
	const change = (name: string, update: (r: Reading) => Partial<Reading>) => {
		const reading = readings.get(name);
		if (reading !== undefined) readings.set(name, { ...reading, ...update(reading) });
	};
	const instance = (name: string): Instance => ({
		read: async () => {
			const reading = readings.get(name);
			if (reading === undefined) throw new Error(`${name} does not answer`);
			return reading;
		},
		stopReceiver: async () => {
			await act(`${name}: stop receiver`);
			change(name, ({ receiver }) => ({ receiver: receiver && { ...receiver, state: "off" } }));
		},
		applyUntil: async (set: GtidSet) => {
			await act(`${name}: apply`);
			if (!(typeof applies === "boolean" ? applies : applies(++asked))) return false;
			change(name, (r) => ({ executed: union(held(r), gains) }));
			return contains(held(readings.get(name) as Reading), set);
		},
		rotateLog: () => act(`${name}: rotate log`),
		promote: () => act(`${name}: promote`),
		openTransactions: async () => new Set(transactions[Math.min(looks++, transactions.length - 1)]),
		refuseWrites: async () => {
			await act(`${name}: refuse writes`);
			change(name, () => ({ superReadOnly: true }));
		},
		acceptWrites: () => act(`${name}: accept writes`),
		fence: () => act(`${name}: fence`),
		shutOut: () => act(`${name}: shut out`),
		follow: (source) => act(`${name}: follow ${source}`),
		catchUp: async (source) => {
			await act(`${name}: catch up with ${source}`);
			change(name, ({ retrieved }) => ({ retrieved: union(retrieved, fetches) }));
		},
		forgetSource: () => act(`${name}: forget source`),
		reloadCertificates: () => act(`${name}: reload`),
		createSchemas: (names) => act(`${name}: create ${names.join()}`),
	});
	const store = { publish: (name: string) => act(`publish ${name}`) } as unknown as ClusterStore;
	const statefulSet = {
		replace: (name: string, uid: string) => act(`replace ${name} ${uid}`),
		read: async () => null,
	};
	const volumes = {
		look: async (name: string) => look(name),
		keep: ({ name }: { readonly name: string }) => act(`keep ${name}`),
		grow: (name: string, bytes: number) => act(`grow ${name} ${bytes}`),
		sources: async () => sources(),
		hold: (name: string, claim: string) => act(`hold ${name} ${claim}`),
		make: async (name: string, of: { readonly snapshot: string } | null) => {
			await act(`make ${name} ${of?.snapshot ?? "empty"}`);
			return of !== null;
		},
		release: (name: string, claim: string | null, pod: string | null) => act(`release ${name} ${claim} ${pod}`),
	};
	return {
		statefulSet,
		volumes,
		view,
		facts: { ...facts, copyRates },
		limits: { statementMs: 1000, catchUpMs: 5000, drainMs: 1000 },
		store,
		instance: async (name) => {
			if (!readings.has(name)) throw new Error(`${name} does not answer`);
			return instance(name);
		},
		addressOf: (name) => view.instances.find((i) => i.name === name)?.address ?? null,
		leaseMs,
		current: () => versioned,
		save: async (update) => {
			const next = update(versioned.record as ClusterRecord);
			await act(`record term ${next.term} primary ${next.primary}`);
			versioned = { record: next, version: "2" };
		},
		create: async (first) => {
			await act(`create record primary ${first.primary}`);
			versioned = { record: first, version: "1" };
		},
		now: () => new Date("2026-01-01T00:00:00Z"),
		clock: {
			now: () => now,
			wall: () => now,
			sleep: async (ms) => {
				now += ms;
				await act("wait");
			},
		},
		log: () => {},
		done,
		saved: () => versioned.record,
	};
}
