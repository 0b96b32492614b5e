/** Events on their way out: bounded, one at a time, none while clients wait for a new primary, and lost rather than late. */
import type { Clock } from "./clock.ts";

export interface ClusterEvent {
	readonly at: Date;
	/** One word in CamelCase, as Kubernetes has them: FailoverBegun. */
	readonly reason: string;
	readonly message: string;
	readonly type: "Normal" | "Warning";
	/** The instance that it is about; null: the whole database. */
	readonly subject: string | null;
}

export interface EventQueueOptions {
	readonly write: (event: ClusterEvent) => Promise<void>;
	readonly clock: Clock;
	/** An event was not written: there were too many, or the API did not take it. */
	readonly onLost: () => void;
}

/** What a failover with its repairs has, several times over. */
const capacity = 200;
/** What fails or repeats in every round is said this often. */
const repeatMs = 300_000;

export class EventQueue {
	readonly #options: EventQueueOptions;
	readonly #waiting: ClusterEvent[] = [];
	readonly #said = new Map<string, number>();
	#held = 0;
	#busy = false;
	#draining: Promise<void> = Promise.resolve();

	constructor(options: EventQueueOptions) {
		this.#options = options;
	}

	add(event: ClusterEvent): void {
		if (this.#repeats(event)) return;
		if (this.#waiting.length >= capacity) this.#options.onLost();
		else this.#waiting.push(event);
		this.#drain();
	}

	/** From now on events only queue, until `release`. */
	hold(): void {
		this.#held += 1;
	}

	release(): void {
		this.#held -= 1;
		this.#drain();
	}

	/** Resolves when nothing is on its way. */
	async settled(): Promise<void> {
		await this.#draining;
	}

	#drain(): void {
		if (this.#busy || this.#held > 0) return;
		this.#busy = true;
		this.#draining = this.#writeAll();
	}

	async #writeAll(): Promise<void> {
		while (this.#held === 0) {
			const event = this.#waiting.shift();
			if (event === undefined) break;
			await this.#options.write(event).catch(() => this.#options.onLost());
		}
		this.#busy = false;
	}

	#repeats({ reason, message, subject }: ClusterEvent): boolean {
		const now = this.#options.clock.now();
		for (const [text, until] of this.#said) if (until <= now) this.#said.delete(text);
		const text = `${reason} ${subject} ${message}`;
		if (this.#said.has(text)) return true;
		this.#said.set(text, now + repeatMs);
		return false;
	}
}
