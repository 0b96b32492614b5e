/** Everybody who watches a leader: metrics, events, the keeper of reports. */
import type { TendedAlert } from "./alerts.ts";
import type { Announcer } from "./announcer.ts";
import type { Reporter } from "./changeReport.ts";
import type { Clock } from "./clock.ts";
import type { Decision } from "./decide.ts";
import type { EventQueue } from "./eventQueue.ts";
import type { Measures } from "./measures.ts";
import type { Observer, Phase, Work } from "./observer.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { ClusterRecord } from "./record.ts";
import type { ReportKeeper } from "./reportKeeper.ts";
import { readable, type View } from "./view.ts";

export interface TelemetryParts {
	readonly self: string;
	readonly site: string;
	readonly region: string;
	readonly measures: Measures;
	readonly queue: EventQueue;
	readonly announcer: Announcer;
	readonly reports: ReportKeeper;
	readonly clock: Clock;
}

/** Which change of the primary is under way, by the monotonic clock. */
interface Change {
	readonly kind: string;
	readonly startedAt: number;
	stepAt: number;
}

export class Telemetry implements Observer {
	readonly #parts: TelemetryParts;
	#change: Change | null = null;
	/** When the primary was last seen open, by both clocks. */
	#open: { readonly at: number; readonly wall: Date } | null = null;

	constructor(parts: TelemetryParts) {
		this.#parts = parts;
	}

	get self(): string {
		return this.#parts.self;
	}

	lastOpenAt(): string | null {
		return this.#open?.wall.toISOString() ?? null;
	}

	decided(view: View, record: ClusterRecord | null, decision: Decision, tended: readonly TendedAlert[]): void {
		const { announcer, reports } = this.#parts;
		const open = this.#look(view, record);
		announcer.alerts([...decision.alerts, ...tended, ...reports.alerts]);
		reports.consider(record, open && decision.action.do === "wait", () => this.#reporter(view));
	}

	async work(work: Work, run: () => Promise<void>): Promise<void> {
		const { announcer, queue, clock } = this.#parts;
		const startedAt = clock.now();
		const isChange = work.subject === null;
		if (isChange) {
			this.#change = { kind: work.kind, startedAt, stepAt: startedAt };
			queue.hold();
		}
		announcer.begun(work);
		try {
			await run();
			this.#ended(work, "done", startedAt, null);
		} catch (error) {
			this.#ended(work, outcomeOf(error), startedAt, (error as Error).message);
			throw error;
		} finally {
			if (isChange) {
				this.#change = null;
				queue.release();
			}
		}
	}

	step(step: string, phase: Phase | null): void {
		const { announcer, measures, clock } = this.#parts;
		announcer.step(step, phase);
		const change = this.#change;
		if (change === null || phase === null) return;
		const now = clock.now();
		measures.step(change.kind, phase, (now - change.stepAt) / 1000);
		change.stepAt = now;
		if (phase === "publish") this.#moved(change, now);
	}

	probed(name: string, ms: number, answered: boolean): void {
		this.#parts.measures.probed(name, ms / 1000, answered);
	}

	#ended(work: Work, outcome: Outcome, startedAt: number, message: string | null): void {
		const seconds = (this.#parts.clock.now() - startedAt) / 1000;
		this.#parts.measures.ended(work, outcome, seconds);
		this.#parts.announcer.ended(work, outcome, seconds, message);
	}

	/** The clients were moved: a planned change cost them time from its beginning, an unplanned one since nobody was open. */
	#moved({ kind, startedAt }: Change, now: number): void {
		const closed = kind === "failover" || kind === "seed";
		const from = kind === "switchover" ? startedAt : closed ? this.#open?.at : undefined;
		if (from !== undefined) this.#parts.measures.downtime(kind, (now - from) / 1000);
	}

	/** @returns whether the primary accepts writes and is what mysql-primary points to */
	#look(view: View, record: ClusterRecord | null): boolean {
		const primary = view.instances.find(({ name }) => name === record?.primary);
		if (primary?.health.state !== "readable") return false;
		const { reading, ageMs } = primary.health;
		if (reading.superReadOnly || !reading.acksRequired) return false;
		this.#open = { at: this.#parts.clock.now() - ageMs, wall: new Date(this.#parts.clock.wall() - ageMs) };
		return primary.address !== null && primary.address === view.published;
	}

	#reporter(view: View): Reporter {
		const { self, site, region } = this.#parts;
		const versions = Object.fromEntries(readable(view).map(({ name, reading }) => [name, reading.version]));
		return { site, region, reporter: self, versions };
	}
}
