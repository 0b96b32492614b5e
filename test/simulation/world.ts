/** Everything that there is in one schedule: three instances, three watchdogs, the API server, clients, and time. */
import type { Logger } from "pino";
import { Candidate, sharesZoneWithPrimary } from "../../runtime/failover/candidate.ts";
import { decide } from "../../runtime/failover/decide.ts";
import { Leader, type LeaderOptions } from "../../runtime/failover/leader.ts";
import { leaseKeeper } from "../../runtime/failover/lease.ts";
import { unobserved } from "../../runtime/failover/observer.ts";
import type { PodFacts, Pods } from "../../runtime/failover/pods.ts";
import { Probers } from "../../runtime/failover/probers.ts";
import { instance } from "../../runtime/mysql/instance.ts";
import { Api } from "./apiModel.ts";
import { Client } from "./clients.ts";
import { Mysql } from "./mysqlModel.ts";
import { Network } from "./network.ts";
import { Random } from "./random.ts";
import { VirtualClock } from "./virtualClock.ts";
import { VolumesModel } from "./volumesModel.ts";
import { Watch } from "./watch.ts";
import { Process } from "./watchdogProcess.ts";

export const members = ["mysql-0", "mysql-1", "mysql-2"] as const;
export const watchdogs = ["watchdog-0", "watchdog-1", "watchdog-2"] as const;

/** Removes one safety step, to show what it is for. */
export type Mutate = (options: LeaderOptions, world: World) => LeaderOptions;

/** Under which name the restored copy is found, by the watchdogs and by the instances. */
export const restoredCopy = "the restored copy";

const times = { durationMs: 3000, renewMs: 500, courtesyMs: 3000 };
const zoneOf = (name: string) => `zone-${name.at(-1)}`;

export class World {
	readonly clock = new VirtualClock();
	readonly random: Random;
	readonly network: Network;
	readonly watch = new Watch(this);
	readonly api = new Api(this);
	readonly volumes: VolumesModel;
	readonly trace: string[] = [];
	readonly never = new AbortController().signal;
	readonly processes: readonly Process[];
	readonly instances: ReadonlyMap<string, Mysql>;
	readonly clients: readonly Client[];
	/** A server with what a replica held at some moment; null while there is none. */
	donor: Mysql | null = null;
	/** What snapshots' jobs wrote on the instances' pods. */
	readonly orders = new Map<string, string>();
	/** Told of an instance that begins to forget its source, and how long it takes. */
	onReset: (instance: Mysql, lastsMs: number) => void = () => {};
	/** Told of the beginning of a fence. */
	onFence: () => void = () => {};
	readonly #candidates = new Map<string, Candidate>();
	#uuids = 0;
	#connections = 0;

	readonly #traced: boolean;

	constructor(
		seed: number,
		mutate: Mutate = (options) => options,
		{ traced = false, volumes = false }: { readonly traced?: boolean; readonly volumes?: boolean } = {},
	) {
		this.#traced = traced;
		this.volumes = new VolumesModel(this, volumes);
		this.random = new Random(seed);
		this.network = new Network(this.clock, this.random);
		this.instances = new Map(members.map((name) => [name, new Mysql(name, this)]));
		this.processes = watchdogs.map((name) => new Process(name, this));
		this.clients = [null, null, null, "mysql-0", "mysql-1"].map((sticky) => new Client(this, sticky));
		for (const process of this.processes) void this.#watchdog(process, mutate);
		for (const client of this.clients) this.clock.after(this.random.between(0, 300), () => client.write());
	}

	mysql(name: string): Mysql {
		const found = name === restoredCopy ? (this.donor ?? undefined) : this.instances.get(name);
		if (found === undefined) throw new Error(`there is no ${name}`);
		return found;
	}

	/** Which instance has this address. */
	named(address: string | null): string | null {
		return members.find((name) => addressOf(name) === address) ?? null;
	}

	newUuid(): string {
		this.#uuids += 1;
		return `00000000-0000-0000-0000-${String(this.#uuids).padStart(12, "0")}`;
	}

	newConnection(): number {
		this.#connections += 1;
		return this.#connections;
	}

	note(what: string): void {
		if (this.#traced) this.trace.push(`${this.clock.now().toFixed(1)} ${what}`);
	}

	/** The watchdog that holds the lease. */
	leader(): string | null {
		return this.api.lease?.spec?.holderIdentity || null;
	}

	/** As `mysql-dr status` means it, but from what is, not from what the watchdog sees. */
	protected(): boolean {
		const { record, published } = this.api;
		if (record === null || !record.schemasReady || this.named(published) !== record.primary) return false;
		return [...this.instances.values()].every((i) => {
			if (!i.up || i.stopped || record.uuids[i.name] !== i.uuid) return false;
			if (i.name === record.primary) return !i.readOnly && i.acksRequired;
			const { state, source, applying } = i.receiver;
			return i.superReadOnly && state === "on" && source === record.primary && applying && this.watch.sound(i);
		});
	}

	#watchdog(process: Process, mutate: Mutate): Promise<void> {
		const { name, clock } = process;
		const pods = this.#pods();
		const store = this.api.store(process);
		const lease = leaseKeeper({
			store: store.lease,
			self: name,
			times,
			now: clock.now,
			badlyPlaced: () => sharesZoneWithPrimary({ self: name, pods }),
			onError: () => {},
		});
		const log = this.#log(name);
		const none = { user: "", password: "", ca: "" };
		const options: LeaderOptions = {
			facts: {
				cluster: "mysql",
				members,
				sourceHost: (member) => member,
				stallLimitMs: 4000,
				holdOffMs: 8000,
				volumes: { declared: 0, upTo: null },
				copyRates: { cloneBytes: 1, replay: 1, volumeMs: 0 },
			},
			limits: { statementMs: 2000, catchUpMs: 60_000, drainMs: 5000 },
			probe: { periodMs: 250, timeoutMs: 1000, confirmations: 2 },
			pods,
			volumes: this.volumes.seenBy(process),
			damage: null,
			volumeLimits: { mountMs: 5000, holdOffMs: 60_000 },
			store,
			lease,
			login: none,
			link: { user: "replication", password: "", port: 33062, caFile: "", heartbeatMs: 500, connectRetryMs: 1000 },
			target: (member) => target(member),
			rebuildAccess: {
				replicationTarget: target,
				replicationLogin: none,
				cloneSource: (donor) => ({ host: donor, port: 3306, user: "clone", password: "", caFile: "" }),
				readableSql: async () => Buffer.alloc(0),
				surplusStore: { save: async () => {} },
				archived: null,
			},
			schemas: ["app"],
			refreshCredentials: async () => {},
			log,
			clock,
			connect: process.connect,
			decide,
			instance: (session, link) => instance(session, link, () => this.clock.now()),
			reads: { lagLimitMs: 10_000, netTimeoutMs: 2000 },
			binlogBytes: null,
			observer: unobserved,
		};
		const wanted = mutate(options, this);
		const probers = new Probers(wanted);
		void probers.run(this.never);
		const leader = () => new Leader(wanted, probers);
		const candidate = new Candidate({
			self: name,
			lease,
			renewMs: times.renewMs,
			pods,
			clock,
			log,
			leader,
			onRound: () => {},
		});
		this.#candidates.set(name, candidate);
		return candidate.run(this.never);
	}

	#pods(): Pods {
		const facts = (name: string, ready: boolean): PodFacts => ({
			name,
			address: addressOf(name),
			zone: zoneOf(name),
			node: zoneOf(name),
			role: this.api.labels.get(name) ?? null,
			reads: this.api.reads.get(name) ?? null,
			ready,
			uid: name,
			leaving: null,
			ending: false,
			quiesced: this.orders.get(name) ?? null,
			revision: null,
			trouble: null,
			unreadySince: null,
			nodeReady: true,
			running: true,
			mountingSince: null,
			volumeNote: null,
			restarts: 0,
		});
		return {
			database: () => new Map(members.map((name) => [name, { ...facts(name, true), ...this.volumes.pod(name) }])),
			watchdogs: () => this.processes.map((p) => facts(p.name, !p.stopped)),
			// Kubernetes itself is not modelled: no rolling updates.
			rollout: () => null,
			statefulSet: { read: async () => null, replace: async () => {} },
			stop: async () => {},
		};
	}

	#log(name: string): Logger {
		const info = (first: unknown, text?: string) => this.note(`${name}: ${typeof first === "string" ? first : text}`);
		const warn = (first: unknown, text?: string) => {
			const { err, repair } = first as { err?: Error; repair?: { do: string; name: string } };
			this.note(
				`${name}: ${text ?? String(first)} ${repair ? `${repair.do} ${repair.name}: ` : ""}${err?.message ?? ""}`,
			);
		};
		return { info, warn, error: warn } as unknown as Logger;
	}
}

const addressOf = (name: string) => `10.0.0.${name.at(-1)}`;
const target = (name: string) => ({ name, address: addressOf(name), port: 3306, identity: name });
