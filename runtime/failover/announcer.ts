/** What the leader does, as Kubernetes Events. */
import { type Alert, alertMeanings } from "./alerts.ts";
import type { Clock } from "./clock.ts";
import type { ClusterEvent, EventQueue } from "./eventQueue.ts";
import type { Phase, Work, WorkKind } from "./observer.ts";
import type { Outcome } from "./outcome.ts";

/** An alert that is over sooner was a moment of a change, not a condition. */
const alertHoldMs = 2000;

/** Answers are in the record, for those who asked. */
const unannounced: readonly WorkKind[] = ["answer", "renewed"];

export class Announcer {
	readonly #queue: EventQueue;
	readonly #clock: Clock;
	readonly #since = new Map<Alert, number>();
	readonly #raised = new Set<Alert>();
	#change: WorkKind | null = null;

	constructor(queue: EventQueue, clock: Clock) {
		this.#queue = queue;
		this.#clock = clock;
	}

	begun({ kind, subject, reason }: Work): void {
		if (unannounced.includes(kind)) return;
		this.#change = subject === null ? kind : this.#change;
		this.#say(`${title(kind)}Begun`, reason || `${kind} begins`, { subject });
	}

	step(step: string, _phase: Phase | null): void {
		this.#say(`${title(this.#change ?? "change")}Step`, step, {});
	}

	ended({ kind, subject }: Work, outcome: Outcome, seconds: number, message: string | null): void {
		if (unannounced.includes(kind)) return;
		const text = message ?? `done in ${seconds.toFixed(2)} s`;
		const type = outcome === "done" ? "Normal" : "Warning";
		this.#say(`${title(kind)}${title(outcome)}`, text, { subject, type });
	}

	/** Tells which conditions began and which are over. */
	alerts(seen: readonly Alert[]): void {
		const now = this.#clock.now();
		for (const alert of seen) {
			const since = this.#since.get(alert) ?? now;
			this.#since.set(alert, since);
			if (this.#raised.has(alert) || now - since < alertHoldMs) continue;
			this.#raised.add(alert);
			this.#say("AlertRaised", `${alert}: ${alertMeanings[alert].means}`, { type: "Warning" });
		}
		for (const alert of this.#since.keys()) {
			if (seen.includes(alert)) continue;
			this.#since.delete(alert);
			if (this.#raised.delete(alert)) this.#say("AlertCleared", `${alert} is over`, {});
		}
	}

	#say(reason: string, message: string, more: Partial<ClusterEvent>): void {
		this.#queue.add({ at: new Date(this.#clock.wall()), reason, message, type: "Normal", subject: null, ...more });
	}
}

function title(word: string): string {
	return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
