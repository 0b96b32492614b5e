/** What the watchdog that holds the lease does: look, decide, act, one round after the other. */
import type { Logger } from "pino";
import type { Instance, instance, ReplicationLink } from "../mysql/instance.ts";
import type { Target } from "../mysql/session.ts";
import type { TendedAlert } from "./alerts.ts";
import { type BinlogBound, binlogBound } from "./binlogBound.ts";
import type { Clock } from "./clock.ts";
import type { ClusterStore } from "./clusterStore.ts";
import { Complaints } from "./complaints.ts";
import { type CopyingOptions, copyingAccess } from "./copyingAccess.ts";
import type { Action, Decision, decide, Facts } from "./decide.ts";
import { HoldOff } from "./holdOff.ts";
import { instanceView } from "./instanceView.ts";
import { type LastOpen, LastOpenWatch } from "./lastOpen.ts";
import type { LeaseKeeper } from "./lease.ts";
import { type Observer, workOf } from "./observer.ts";
import type { Operation } from "./operation.ts";
import { PauseWatch } from "./pause.ts";
import { perform } from "./perform.ts";
import type { Pods } from "./pods.ts";
import type { ProbeTimes } from "./prober.ts";
import type { Probers } from "./probers.ts";
import { QuiesceWatch } from "./quiesce.ts";
import type { ReadLimits } from "./readGuard.ts";
import type { RebuildAccess } from "./rebuildAct.ts";
import type { ClusterRecord } from "./record.ts";
import { RecordKeeper } from "./recordKeeper.ts";
import { restMs } from "./rolloutAct.ts";
import { SeedWatch } from "./seedWatch.ts";
import { Sessions } from "./sessions.ts";
import { type TendingOptions, tend } from "./tending.ts";
import { Upkeep } from "./upkeep.ts";
import { since, type View } from "./view.ts";
import { type VolumeLimits, VolumeWatch } from "./volumeWatch.ts";

export interface LeaderOptions extends CopyingOptions, TendingOptions {
	readonly facts: Facts;
	readonly probe: ProbeTimes;
	readonly pods: Pods;
	readonly volumeLimits: VolumeLimits;
	readonly store: ClusterStore;
	readonly lease: LeaseKeeper;
	readonly link: ReplicationLink;
	readonly target: (name: string) => Target | null;
	readonly schemas: readonly string[];
	readonly log: Logger;
	readonly clock: Clock;
	/** The decision core and what acts on an instance; a simulation wraps them to show what each step is for. */
	readonly decide: typeof decide;
	readonly instance: typeof instance;
	readonly reads: ReadLimits;
	/** Bytes that the binary logs of an instance may take, archived or not; null for no bound. */
	readonly binlogBytes: number | null;
	readonly observer: Observer;
}

export class Leader {
	readonly #options: LeaderOptions;
	readonly #probers: Probers;
	readonly #sessions: Sessions;
	readonly #keeper: RecordKeeper;
	readonly #upkeep: Upkeep;
	readonly #binlogs: BinlogBound | null;
	readonly #complaints: Complaints;
	readonly #holdOff: HoldOff;
	readonly #pause = new PauseWatch();
	readonly #quiesce = new QuiesceWatch();
	readonly #volumes: VolumeWatch;
	readonly #seedWatch = new SeedWatch();
	readonly #lastOpen = new LastOpenWatch();
	readonly #access: RebuildAccess;
	#wake: () => void = () => {};
	#decision: Decision | null = null;
	#actedAt = Number.NEGATIVE_INFINITY;
	/** No step of a rolling update before this: what the last one did is to be seen first. */
	#rolloutAt = Number.NEGATIVE_INFINITY;

	/** @param probers run already, and go on when this leader's time is over */
	constructor(options: LeaderOptions, probers: Probers) {
		this.#options = options;
		this.#probers = probers;
		const { login, clock, connect, target } = options;
		this.#sessions = new Sessions(target, () => login, connect);
		this.#keeper = new RecordKeeper(options.store, clock);
		this.#holdOff = new HoldOff(options.facts.holdOffMs);
		this.#volumes = new VolumeWatch(options.volumes, options.volumeLimits, clock);
		this.#complaints = new Complaints(options.log, clock);
		this.#access = copyingAccess(options, this.#sessions);
		this.#upkeep = new Upkeep({
			access: this.#access,
			store: options.store,
			log: options.log,
			clock,
			onEnd: () => this.#wake(),
			facts: options.facts,
			pods: options.pods,
			reads: options.reads,
			observer: options.observer,
		});
		this.#binlogs = binlogBound(options, () => this.record);
	}

	get record(): ClusterRecord | null {
		return this.#keeper.versioned.record;
	}

	get decision(): Decision | null {
		return this.#decision;
	}

	get lastOpen(): LastOpen | null {
		return this.#lastOpen.last;
	}

	/** What it tends besides its decisions. */
	get upkeep(): Pick<Upkeep, "reads"> {
		return this.#upkeep;
	}

	get alerts(): readonly TendedAlert[] {
		return [...this.#upkeep.alerts, ...(this.#binlogs?.alerts ?? [])];
	}

	/** Leads until the lease is gone or `stop` says so. */
	async run(stop: AbortSignal): Promise<void> {
		const { lease, probe, clock } = this.#options;
		await this.#keeper.refresh();
		this.#actedAt = clock.now();
		this.#probers.lead(() => this.#wake());
		const over = new AbortController();
		this.#tend(over.signal);
		void this.#binlogs?.run(over.signal);
		try {
			while (lease.remaining() > 0 && !stop.aborted) {
				await this.#round();
				await this.#rest(probe.periodMs);
			}
		} finally {
			over.abort();
			this.#probers.standBy();
			this.#sessions.close();
		}
	}

	#tend(stop: AbortSignal): void {
		const session = (name: string) => this.#sessions.get(name, this.#options.limits.statementMs);
		const instance = (name: string) => this.#instance(name);
		tend(this.#options, { instance, session, keeper: this.#keeper, rooms: this.#volumes }, stop);
	}

	view(): View {
		const pods = this.#options.pods.database();
		const instances = this.#options.facts.members.map((name) => {
			const pod = pods.get(name);
			const health = this.#probers.health(name);
			return instanceView(name, {
				pod,
				health,
				busy: this.#upkeep.busy(name) ?? this.#volumes.busy(name, pod),
				quiesced: this.#quiesce.quiesced(name, pod?.quiesced ?? null, this.#options.clock.now()),
				volume: this.#volumes.view(name, pod, this.record, health),
			});
		});
		const { published, request, pause } = this.#keeper;
		const moment = { now: this.#options.clock.now(), wall: this.#options.clock.wall() };
		const paused = this.#pause.paused(pause, moment);
		const holdOffMs = this.#holdOff.remaining(this.record, moment);
		const copying = instances.some((i) => i.busy !== null);
		const seedStillMs = this.#seedWatch.stillMs(this.record?.seed, copying, moment.now);
		const seen = this.#options.pods.rollout();
		const rollout = seen && { ...seen, resting: moment.now < this.#rolloutAt };
		const { growing } = this.#volumes;
		return { instances, published, request, paused, holdOffMs, seedStillMs, growing, rollout };
	}

	async #round(): Promise<void> {
		const { facts } = this.#options;
		try {
			await this.#keeper.refreshWhenDue();
			const view = since(this.view(), this.#options.clock.now() - this.#actedAt);
			const decision = this.#options.decide(view, this.record, facts);
			this.#note(decision);
			this.#lastOpen.look(view, this.record, this.#options.clock.wall());
			this.#options.observer.decided(view, this.record, decision, this.alerts);
			if (decision.action.do !== "wait") await this.#act(view, decision.action);
			await this.#upkeep.repair(this.#operation(view), decision.repairs);
			this.#upkeep.label(this.view(), this.record);
			this.#sessions.warm(facts.members, this.#options.limits.statementMs);
		} catch (error) {
			this.#complaints.say(error);
			this.#keeper.doubt();
		}
	}

	/** What was read before or during an act says nothing about the instances after it. */
	async #act(view: View, action: Exclude<Action, { do: "wait" }>): Promise<void> {
		const { observer, schemas } = this.#options;
		const means = { schemas, access: this.#access };
		try {
			const work = () => perform(this.#operation(view), action, means);
			await observer.work(workOf(action), () => this.#volumes.during(action, this.#options.pods.database(), work));
		} catch (error) {
			if (action.do === "switchover" && action.request === null) this.#holdOff.failed(this.#options.clock.now());
			throw error;
		} finally {
			this.#actedAt = this.#options.clock.now();
			if (action.do === "rollout") this.#rolloutAt = this.#actedAt + restMs;
			this.#probers.hurry();
		}
		await this.#keeper.refresh();
	}

	#note(decision: Decision): void {
		const before = this.#decision;
		this.#decision = decision;
		const text = describe(decision);
		if (before === null || describe(before) !== text) this.#options.log.info({ decision }, text);
	}

	#operation(view: View): Operation {
		const { facts, limits, store, pods, volumes, lease, target, log, clock } = this.#options;
		return {
			statefulSet: pods.statefulSet,
			volumes,
			view,
			facts,
			limits,
			store,
			instance: (name) => this.#instance(name),
			addressOf: (name) => target(name)?.address ?? null,
			leaseMs: () => lease.remaining(),
			current: () => this.#keeper.versioned,
			save: (update) => this.#keeper.save(update),
			create: (record) => this.#keeper.create(record),
			now: () => new Date(clock.wall()),
			clock,
			log: (step) => log.info(step),
			witness: this.#options.observer,
		};
	}

	async #instance(name: string): Promise<Instance> {
		const { limits, link } = this.#options;
		return this.#options.instance(await this.#sessions.get(name, limits.statementMs), link);
	}

	/** Until something changed, or the next period. */
	#rest(ms: number): Promise<void> {
		const woken = new AbortController();
		this.#wake = () => woken.abort();
		return this.#options.clock.sleep(ms, woken.signal);
	}
}

function describe({ action, alerts }: Decision): string {
	const what = action.do === "wait" ? action.reason : action.do;
	return alerts.length === 0 ? what : `${what} [${alerts.join(", ")}]`;
}
