/** What the watchdog that holds the lease does: look, decide, act, one round after the other. */
import type { Logger } from "pino";
import type { Instance, instance, ReplicationLink } from "../mysql/instance.ts";
import type { Connect, Login, Target } from "../mysql/session.ts";
import { LostLeaseError } from "./cancel.ts";
import { keepCertificates } from "./certificateUpkeep.ts";
import type { Clock } from "./clock.ts";
import type { ClusterStore, Versioned } from "./clusterStore.ts";
import type { Action, Decision, decide, Facts } from "./decide.ts";
import type { LeaseKeeper } from "./lease.ts";
import type { Limits, Operation } from "./operation.ts";
import { perform, repairInstance } from "./perform.ts";
import type { Pods } from "./pods.ts";
import { Prober, type ProbeTimes } from "./prober.ts";
import type { RebuildAccess } from "./rebuildAct.ts";
import type { ClusterRecord, Request } from "./record.ts";
import type { Repair } from "./repair.ts";
import { roles } from "./roles.ts";
import { Sessions } from "./sessions.ts";
import { since, type View } from "./view.ts";

export interface LeaderOptions {
	readonly facts: Facts;
	readonly limits: Limits;
	readonly probe: ProbeTimes;
	readonly pods: Pods;
	readonly store: ClusterStore;
	readonly lease: LeaseKeeper;
	readonly login: Login;
	readonly link: ReplicationLink;
	readonly target: (name: string) => Target | null;
	readonly rebuildAccess: Omit<RebuildAccess, "session">;
	readonly schemas: readonly string[];
	/** Renews certificates that are due. */
	readonly refreshCredentials: () => Promise<unknown>;
	readonly log: Logger;
	readonly clock: Clock;
	readonly connect: Connect;
	/** The decision core and what acts on an instance; a simulation wraps them to show what each step is for. */
	readonly decide: typeof decide;
	readonly instance: typeof instance;
}

/** Requests are looked for this often: people wait for them, machines do not. */
const requestPeriodMs = 500;
/** A repair or a label that failed is not tried again sooner. */
const retryMs = 1000;
const complaintMs = 10_000;

export class Leader {
	readonly #options: LeaderOptions;
	readonly #probers: ReadonlyMap<string, Prober>;
	readonly #sessions: Sessions;
	readonly #busy = new Map<string, string>();
	readonly #notBefore = new Map<string, number>();
	#versioned: Versioned = { record: null, version: null };
	#published: string | null = null;
	#request: Request | null = null;
	#requestReadAt = Number.NEGATIVE_INFINITY;
	#wake: () => void = () => {};
	#decision: Decision | null = null;
	#saving: Promise<void> = Promise.resolve();
	/** A save may have taken effect without an answer: nothing is decided before the record was read again. */
	#doubtful = false;
	#actedAt = Number.NEGATIVE_INFINITY;
	#complaint = { message: "", until: 0 };

	constructor(options: LeaderOptions) {
		this.#options = options;
		const { facts, probe, login, clock, connect, target } = options;
		this.#sessions = new Sessions(target, () => login, connect);
		this.#probers = new Map(
			facts.members.map((name) => [
				name,
				new Prober({
					target: () => target(name),
					login: () => login,
					times: probe,
					clock,
					connect,
					onChange: () => this.#wake(),
				}),
			]),
		);
	}

	get record(): ClusterRecord | null {
		return this.#versioned.record;
	}

	get decision(): Decision | null {
		return this.#decision;
	}

	/** Leads until the lease is gone or `stop` says so. */
	async run(stop: AbortSignal): Promise<void> {
		const { lease, store, probe } = this.#options;
		this.#versioned = await store.readRecord();
		this.#published = await store.readPublished();
		for (const prober of this.#probers.values()) void prober.run();
		const over = new AbortController();
		void this.#keepCertificates(over.signal);
		try {
			while (lease.remaining() > 0 && !stop.aborted) {
				await this.#round();
				await this.#rest(probe.periodMs);
			}
		} finally {
			over.abort();
			for (const prober of this.#probers.values()) prober.stop();
			this.#sessions.close();
		}
	}

	#keepCertificates(stop: AbortSignal): Promise<void> {
		const { facts, limits, log, refreshCredentials, clock } = this.#options;
		return keepCertificates(
			{
				refresh: refreshCredentials,
				members: facts.members,
				instance: (name) => this.#instance(name),
				statementMs: limits.statementMs,
				log,
				clock,
			},
			stop,
		);
	}

	view(): View {
		const pods = this.#options.pods.database();
		const instances = this.#options.facts.members.map((name) => {
			const pod = pods.get(name);
			const health = this.#probers.get(name)?.health();
			return {
				name,
				zone: pod?.zone ?? null,
				address: pod?.address ?? null,
				health: health ?? { state: "unreachable", reason: "not asked yet", confirmed: false, refused: false },
				busy: this.#busy.get(name) ?? null,
				label: pod?.role ?? null,
			} as const;
		});
		return { instances, published: this.#published, request: this.#request };
	}

	async #round(): Promise<void> {
		const { facts } = this.#options;
		try {
			if (this.#doubtful) await this.#refresh();
			await this.#readRequest();
			const view = since(this.view(), this.#options.clock.now() - this.#actedAt);
			const decision = this.#options.decide(view, this.#versioned.record, facts);
			this.#note(decision);
			if (decision.action.do !== "wait") await this.#act(view, decision.action);
			await this.#repair(view, decision);
			this.#label();
			this.#sessions.warm(facts.members, this.#options.limits.statementMs);
		} catch (error) {
			this.#complain(error);
			this.#doubtful = true;
		}
	}

	/** What was read before or during an act says nothing about the instances after it. */
	async #act(view: View, action: Action): Promise<void> {
		try {
			await perform(this.#operation(view), action, this.#options.schemas);
		} finally {
			this.#actedAt = this.#options.clock.now();
			for (const prober of this.#probers.values()) prober.hurry();
		}
		await this.#refresh();
	}

	/** What fails in each round is said once in a while, not four times a second. */
	#complain(error: unknown): void {
		const { message } = error as Error;
		const now = this.#options.clock.now();
		if (message === this.#complaint.message && now < this.#complaint.until) return;
		this.#complaint = { message, until: now + complaintMs };
		if (error instanceof LostLeaseError) this.#options.log.warn(message);
		else this.#options.log.error({ err: error }, "this round failed; the next one decides anew");
	}

	#note(decision: Decision): void {
		const before = this.#decision;
		this.#decision = decision;
		const text = describe(decision);
		if (before === null || describe(before) !== text) this.#options.log.info({ decision }, text);
	}

	#operation(view: View): Operation {
		const { facts, limits, store, lease, target, log, clock } = this.#options;
		return {
			view,
			facts,
			limits,
			store,
			instance: (name) => this.#instance(name),
			addressOf: (name) => target(name)?.address ?? null,
			leaseMs: () => lease.remaining(),
			current: () => this.#versioned,
			save: (update) => this.#save(update),
			create: async (record) => {
				this.#versioned = await store.saveRecord(record, this.#versioned.version);
			},
			now: () => new Date(),
			clock,
			log: (step) => log.info(step),
		};
	}

	async #instance(name: string): Promise<Instance> {
		const { limits, link } = this.#options;
		return this.#options.instance(await this.#sessions.get(name, limits.statementMs), link);
	}

	/** Saves queue up: a rebuild beside a failover must not make it lose its compare and swap. */
	#save(update: (record: ClusterRecord) => ClusterRecord): Promise<void> {
		const saving = this.#saving.then(async () => {
			const { record, version } = this.#versioned;
			if (record === null) throw new Error("there is no cluster record");
			this.#versioned = await this.#options.store.saveRecord(update(record), version);
		});
		this.#saving = saving.catch(() => {
			this.#doubtful = true;
		});
		return saving;
	}

	/** What others may have changed, or an act that stopped half-way. */
	async #refresh(): Promise<void> {
		this.#versioned = await this.#options.store.readRecord();
		this.#published = await this.#options.store.readPublished();
		this.#doubtful = false;
	}

	async #readRequest(): Promise<void> {
		if (this.#options.clock.now() - this.#requestReadAt < requestPeriodMs) return;
		this.#requestReadAt = this.#options.clock.now();
		this.#request = await this.#options.store.readRequest();
	}

	/**
	 * A rebuild runs beside the rounds: a copy of a large database takes a while. All else is waited
	 * for: a receiver that a late repair started could acknowledge after a failover had revoked it.
	 */
	async #repair(view: View, decision: Decision): Promise<void> {
		const started = decision.repairs
			.filter((repair) => this.#due(`repair ${repair.name}`))
			.map((repair) => ({ repair, work: this.#repairOne(view, repair) }));
		await Promise.all(started.filter(({ repair }) => repair.do !== "rebuild").map(({ work }) => work));
	}

	async #repairOne(view: View, repair: Repair): Promise<void> {
		this.#busy.set(repair.name, repair.do);
		const access: RebuildAccess = {
			...this.#options.rebuildAccess,
			session: (name) => this.#sessions.open(name, this.#options.limits.statementMs),
		};
		try {
			await repairInstance(this.#operation(view), access, repair);
		} catch (error) {
			this.#options.log.warn({ err: error, repair }, "a repair failed and is tried again");
		} finally {
			this.#busy.delete(repair.name);
			this.#wake();
		}
	}

	#label(): void {
		const view = this.view();
		const wanted = roles(view, this.#versioned.record);
		for (const { name, label, address } of view.instances) {
			const role = wanted.get(name);
			if (role === undefined || role === label || address === null || !this.#due(`label ${name}`)) continue;
			this.#options.store
				.label(name, role)
				.catch((error) => this.#options.log.warn({ err: error }, `${name} could not be labelled`));
		}
	}

	#due(what: string): boolean {
		const now = this.#options.clock.now();
		if (now < (this.#notBefore.get(what) ?? 0)) return false;
		this.#notBefore.set(what, now + retryMs);
		return true;
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
