/** The watchdog process: credentials first, then a place in the queue for the lease, then to lead. */
import { readFileSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";
import { type Logger, pino } from "pino";
import { type Settings, settingsSchema } from "../../objectives/settings.ts";
import { ownCluster } from "../kubernetes/pooledKubeConfig.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { openStores } from "../store/openStores.ts";
import { Announcer } from "./announcer.ts";
import { Candidate, sharesZoneWithPrimary, zoneOf } from "./candidate.ts";
import { systemClock } from "./clock.ts";
import { eventWriter } from "./clusterEvents.ts";
import { clusterStore } from "./clusterStore.ts";
import { type Access, awaitAccess } from "./credentialsAccess.ts";
import { EventQueue } from "./eventQueue.ts";
import { Leader } from "./leader.ts";
import { leaderOptions } from "./leaderOptions.ts";
import { type LeaseKeeper, leaseKeeper } from "./lease.ts";
import { Measures } from "./measures.ts";
import { metrics, type Seen } from "./metrics.ts";
import { type Pods, watchPods } from "./pods.ts";
import { Probers } from "./probers.ts";
import { ReportKeeper } from "./reportKeeper.ts";
import { serve } from "./server.ts";
import { type Status, status } from "./status.ts";
import { Telemetry } from "./telemetry.ts";
import { watchVolumes } from "./volumes.ts";

const settingsFile = "/etc/mysql-dr/settings/settings.json";

/** Runs until it is told to stop (SIGTERM, SIGINT): then it gives the lease up and ends. */
export async function runWatchdog(): Promise<void> {
	const log = pino({ base: { pod: self() } });
	const stop = stopSignal();
	const settings = settingsSchema.parse(JSON.parse(readFileSync(settingsFile, "utf8")));
	const watchdog = new Watchdog(settings, ownCluster(), log);
	await watchdog.run(stop);
	log.info("stopped");
	process.exit(0);
}

/** Of the process, whoever leads. */
interface Instruments {
	readonly measures: Measures;
	readonly queue: EventQueue;
	readonly reports: ReportKeeper;
	readonly stores: readonly ObjectStore[];
}

interface Standing {
	readonly instruments: Instruments;
	readonly access: Access;
	readonly pods: Pods;
	readonly stop: AbortSignal;
	readonly onError: (error: unknown) => void;
}

const self = () => process.env.POD_NAME ?? "watchdog";
const { now } = systemClock;

class Watchdog {
	readonly #settings: Settings;
	readonly #config: KubeConfig;
	readonly #log: Logger;
	#access: Access | null = null;
	#pods: Pods | null = null;
	#lease: LeaseKeeper | null = null;
	#candidate: Candidate | null = null;
	#reports: ReportKeeper | null = null;
	#roundAt = now();

	constructor(settings: Settings, config: KubeConfig, log: Logger) {
		this.#settings = settings;
		this.#config = config;
		this.#log = log;
	}

	async run(stop: AbortSignal): Promise<void> {
		const registry = metrics(
			() => this.#seen(),
			() => this.#candidate?.leading() ?? false,
		);
		const server = serve({
			port: 8080,
			// A lease round that hangs for this long means that the process is stuck, not the API.
			alive: () => now() - this.#roundAt < 60_000,
			ready: () => this.#access !== null && this.#pods !== null,
			status: () => this.#status(),
			leader: () => this.#lease?.leader() ?? null,
			metrics: registry,
		});
		const onError = (error: unknown) => this.#log.warn({ err: error }, "the Kubernetes API did not do what was asked");
		const pods = await watchPods({ config: this.#config, ...this.#names(), onChange: () => {}, onError });
		this.#pods = pods;
		const access = await awaitAccess(this.#config, this.#settings, stop, onError);
		this.#access = access;
		const instruments = await this.#instruments(new Measures(registry));
		if (access !== null) await this.#stand({ access, pods, stop, onError, instruments });
		await pods.stop();
		server.close();
	}

	async #instruments(measures: Measures): Promise<Instruments> {
		const { namespace } = this.#settings;
		const given = { config: this.#config, namespace };
		const stores = await openStores(
			this.#settings.stores.filter(({ podsAlone }) => !podsAlone),
			given,
		);
		const reports = new ReportKeeper({
			...{ stores, clock: systemClock, log: this.#log },
			onStored: (store, outcome) => measures.stored(store, outcome),
		});
		const queue = new EventQueue({
			write: eventWriter({ ...given, reporter: self(), deadlineMs: 2000 }),
			clock: systemClock,
			onLost: () => measures.eventLost(),
		});
		this.#reports = reports;
		return { measures, queue, reports, stores };
	}

	/** For election, again and again, until it is told to stop. */
	async #stand({ access, pods, stop, onError, instruments }: Standing): Promise<void> {
		const store = clusterStore({ config: this.#config, ...this.#names(), deadlineMs: 2000 });
		const { failover } = this.#settings.plan;
		const lease = leaseKeeper({
			store: store.lease,
			self: self(),
			times: {
				durationMs: failover.leaseDuration,
				renewMs: failover.leaseRenewPeriod,
				courtesyMs: failover.leaseDuration,
			},
			now,
			badlyPlaced: () => sharesZoneWithPrimary({ self: self(), pods }),
			onError,
		});
		this.#lease = lease;
		const instrumental = { stores: instruments.stores, observer: this.#observer(instruments) };
		const own = { settings: this.#settings, clock: systemClock, log: this.#log };
		const volumes = watchVolumes({ config: this.#config, ...this.#names(), clock: systemClock, onError });
		const given = { access, kubernetes: this.#config, store, pods, volumes, lease };
		const options = leaderOptions({ ...given, ...own, ...instrumental });
		const probers = new Probers(options);
		const probing = probers.run(stop);
		this.#candidate = this.#queue(lease, pods, () => {
			instruments.measures.elected();
			return new Leader(options, probers);
		});
		await this.#candidate.run(stop);
		await lease.release().catch(onError);
		await probing;
	}

	#queue(lease: LeaseKeeper, pods: Pods, leader: () => Leader): Candidate {
		return new Candidate({
			self: self(),
			lease,
			renewMs: this.#settings.plan.failover.leaseRenewPeriod,
			pods,
			clock: systemClock,
			log: this.#log,
			leader,
			onRound: () => {
				this.#roundAt = now();
			},
		});
	}

	#observer(instruments: Instruments): Telemetry {
		const { site, region } = this.#settings;
		const announcer = new Announcer(instruments.queue, systemClock);
		return new Telemetry({ ...instruments, announcer, self: self(), site, region, clock: systemClock });
	}

	#seen(): Seen | null {
		const status = this.#status();
		const leader = this.#candidate?.leader ?? null;
		if (status === null || leader === null) return null;
		return { status, view: leader.view(), reportsPending: this.#reports?.pending ?? 0 };
	}

	#status(): Status | null {
		const leader = this.#candidate?.leader ?? null;
		if (leader === null || this.#pods === null || !this.#candidate?.leading()) return null;
		const { site, region, cluster } = this.#settings;
		const members = this.#pods
			.watchdogs()
			.filter((w) => w.ready)
			.map((w) => w.name)
			.sort();
		const { decision, record } = leader;
		const action = decision?.action;
		return status({
			site,
			region,
			cluster,
			view: leader.view(),
			record,
			watchdog: { leader: self(), zone: zoneOf({ self: self(), pods: this.#pods }), members },
			reads: leader.upkeep.reads,
			lastOpen: leader.lastOpen,
			alerts: [...(decision?.alerts ?? []), ...leader.alerts, ...(this.#reports?.alerts ?? [])],
			doing: action === undefined ? "starting" : action.do === "wait" ? action.reason : action.do,
		});
	}

	#names() {
		return { namespace: this.#settings.namespace, cluster: this.#settings.cluster };
	}
}

function stopSignal(): AbortSignal {
	const controller = new AbortController();
	for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => controller.abort());
	return controller.signal;
}
