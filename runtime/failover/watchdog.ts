/** The watchdog process: credentials first, then a place in the queue for the lease, then to lead. */
import { readFileSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { type Logger, pino } from "pino";
import { type Settings, settingsSchema } from "../../objectives/settings.ts";
import { clusterStore } from "./clusterStore.ts";
import { type Access, awaitAccess } from "./credentialsAccess.ts";
import { Leader } from "./leader.ts";
import { leaderOptions } from "./leaderOptions.ts";
import { type LeaseKeeper, leaseKeeper } from "./lease.ts";
import { metrics } from "./metrics.ts";
import { pause } from "./pause.ts";
import { type Pods, watchPods } from "./pods.ts";
import { serve } from "./server.ts";
import { type Status, status } from "./status.ts";

const settingsFile = "/etc/mysql-dr/settings/settings.json";

/** Runs until it is told to stop (SIGTERM, SIGINT): then it gives the lease up and ends. */
export async function runWatchdog(): Promise<void> {
	const log = pino({ base: { pod: self() } });
	const stop = stopSignal();
	const settings = settingsSchema.parse(JSON.parse(readFileSync(settingsFile, "utf8")));
	const config = new KubeConfig();
	config.loadFromCluster();
	const watchdog = new Watchdog(settings, config, log);
	await watchdog.run(stop);
	log.info("stopped");
	process.exit(0);
}

const self = () => process.env.POD_NAME ?? "watchdog";
const now = () => performance.now();

class Watchdog {
	readonly #settings: Settings;
	readonly #config: KubeConfig;
	readonly #log: Logger;
	#access: Access | null = null;
	#pods: Pods | null = null;
	#lease: LeaseKeeper | null = null;
	#leader: Leader | null = null;
	#roundAt = now();

	constructor(settings: Settings, config: KubeConfig, log: Logger) {
		this.#settings = settings;
		this.#config = config;
		this.#log = log;
	}

	async run(stop: AbortSignal): Promise<void> {
		const registry = metrics(
			() => this.#status(),
			() => this.#leading(),
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
		this.#pods = await watchPods({ config: this.#config, ...this.#names(), onChange: () => {}, onError });
		this.#access = await awaitAccess(this.#config, this.#settings, stop, onError);
		const store = clusterStore({ config: this.#config, ...this.#names(), reporter: self(), deadlineMs: 2000 });
		const { failover } = this.#settings.plan;
		this.#lease = leaseKeeper({
			store: store.lease,
			self: self(),
			times: {
				durationMs: failover.leaseDuration,
				renewMs: failover.leaseRenewPeriod,
				courtesyMs: failover.leaseDuration,
			},
			now,
			badlyPlaced: () => this.#sharesZoneWithPrimary(),
			onError,
		});
		const renewing = this.#renew(this.#lease, failover.leaseRenewPeriod, stop);
		while (!stop.aborted) await this.#leadWhenElected(store, stop);
		await renewing;
		await this.#lease.release().catch(onError);
		await this.#pods.stop();
		server.close();
	}

	async #leadWhenElected(store: ReturnType<typeof clusterStore>, stop: AbortSignal): Promise<void> {
		if (this.#lease === null || this.#access === null || this.#pods === null) return;
		if (!this.#leading()) return pause(50, stop);
		this.#log.info("leading");
		const parts = { settings: this.#settings, access: this.#access, kubernetes: this.#config, store };
		const own = { lease: this.#lease, pods: this.#pods, log: this.#log, now };
		this.#leader = new Leader(leaderOptions({ ...parts, ...own }));
		await this.#leader.run(stop).catch((error) => this.#log.error({ err: error }, "leading failed"));
		this.#leader = null;
		this.#log.info("no longer leading");
	}

	async #renew(lease: LeaseKeeper, periodMs: number, stop: AbortSignal): Promise<void> {
		let movedAt = Number.NEGATIVE_INFINITY;
		while (!stop.aborted) {
			const started = now();
			await lease.round();
			this.#roundAt = now();
			if (this.#shouldMove() && now() - movedAt > 30_000) {
				movedAt = now();
				this.#log.info("giving the lease to a watchdog outside the primary's zone");
				await lease.release().catch(() => {});
			}
			await pause(periodMs - (now() - started), stop);
		}
	}

	#leading(): boolean {
		return (this.#lease?.remaining() ?? 0) > 0;
	}

	/** Losing the primary's zone should not cost the lease's time as well. */
	#shouldMove(): boolean {
		if (!this.#leading() || this.#leader?.decision?.action.do !== "wait" || !this.#sharesZoneWithPrimary())
			return false;
		const zone = this.#zone();
		return this.#pods?.watchdogs().some((w) => w.ready && w.zone !== null && w.zone !== zone) ?? false;
	}

	#sharesZoneWithPrimary(): boolean {
		const primary = [...(this.#pods?.database().values() ?? [])].find((p) => p.role === "primary");
		const zone = this.#zone();
		return zone !== null && primary?.zone === zone;
	}

	#zone(): string | null {
		return this.#pods?.watchdogs().find((w) => w.name === self())?.zone ?? null;
	}

	#status(): Status | null {
		if (this.#leader === null || !this.#leading()) return null;
		const { site, region, cluster } = this.#settings;
		const members = (this.#pods?.watchdogs() ?? [])
			.filter((w) => w.ready)
			.map((w) => w.name)
			.sort();
		const { decision, record } = this.#leader;
		const action = decision?.action;
		return status({
			site,
			region,
			cluster,
			view: this.#leader.view(),
			record,
			watchdog: { leader: self(), zone: this.#zone(), members },
			alerts: decision?.alerts ?? [],
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
