/** Asks one instance again and again, over a connection that is kept, and remembers the last answer. */

import { read } from "../mysql/reading.ts";
import { type Connect, DeadlineError, type Login, probe, type Session, type Target } from "../mysql/session.ts";
import type { Clock } from "./clock.ts";
import { type Course, follow, trend } from "./trend.ts";
import type { Health } from "./view.ts";

export interface ProbeTimes {
	readonly periodMs: number;
	readonly timeoutMs: number;
	/** Failed probes in a row that make an instance confirmed unreachable. */
	readonly confirmations: number;
}

export interface ProberOptions {
	/** Null while the instance has no address. */
	readonly target: () => Target | null;
	readonly login: () => Login | null;
	readonly times: ProbeTimes;
	/** As it is at the moment. */
	readonly periodMs: () => number;
	readonly clock: Clock;
	readonly connect: Connect;
	readonly onChange: () => void;
	readonly onProbe: (ms: number, answered: boolean) => void;
}

/** MySQL error numbers that say "alive, but not for us" (server error reference). */
const notForUs = new Set([1045, 1040, 1044, 1129, 1130, 1203, 1226, 1698, 3118, 3159]);

/** What a failed probe tells: silence, or an answer that is not for us. */
export function classify(error: unknown): "unreachable" | "unknown" {
	if (error instanceof DeadlineError) return "unreachable";
	const { errno, code } = error as { errno?: number; code?: string };
	if (errno !== undefined && notForUs.has(errno)) return "unknown";
	return code?.startsWith("ERR_TLS") || code?.includes("CERT") ? "unknown" : "unreachable";
}

interface Failure {
	readonly state: "unreachable" | "unknown";
	readonly reason: string;
	/** The connection was refused: nothing listens there. */
	readonly refused: boolean;
}

export class Prober {
	readonly #options: ProberOptions;
	#session: Session | null = null;
	#address: string | null = null;
	#course: Course | null = null;
	#failures = 0;
	#failure: Failure = { state: "unreachable", reason: "not asked yet", refused: false };
	#stopped = false;
	#hurry: () => void = () => {};

	constructor(options: ProberOptions) {
		this.#options = options;
	}

	/** Probes until `stop`, one probe after the other, never two at once. */
	async run(): Promise<void> {
		while (!this.#stopped) {
			const started = this.#options.clock.now();
			await this.#probe();
			const rest = this.#options.periodMs() - (this.#options.clock.now() - started);
			if (rest > 0 && !this.#stopped) await this.#rest(rest);
		}
	}

	/** Asks now instead of at the end of the period. */
	hurry(): void {
		this.#hurry();
	}

	#rest(ms: number): Promise<void> {
		const woken = new AbortController();
		this.#hurry = () => woken.abort();
		return this.#options.clock.sleep(ms, woken.signal);
	}

	stop(): void {
		this.#stopped = true;
		this.#drop();
	}

	health(): Health {
		if (this.#course !== null && this.#failures === 0) {
			const { reading, asked } = this.#course;
			return { state: "readable", reading, ageMs: this.#options.clock.now() - asked, trend: trend(this.#course) };
		}
		const { state, reason, refused } = this.#failure;
		if (state === "unknown") return { state, reason };
		return { state, reason, refused, confirmed: this.#failures >= this.#options.times.confirmations };
	}

	async #probe(): Promise<void> {
		const before = this.health();
		const began = this.#options.clock.now();
		try {
			const session = await this.#open();
			// Its age counts from the question: the answer may describe any moment since.
			const asked = this.#options.clock.now();
			const reading = await read(session, this.#options.times.timeoutMs);
			const when = { asked, answered: this.#options.clock.now() };
			this.#course = follow(this.#course, reading, when, this.#failures === 0);
			this.#failures = 0;
		} catch (error) {
			this.#drop();
			this.#failures += 1;
			this.#failure = {
				state: classify(error),
				reason: (error as Error).message || String(error),
				refused: (error as { code?: string }).code === "ECONNREFUSED",
			};
		}
		this.#options.onProbe(this.#options.clock.now() - began, this.#failures === 0);
		if (differs(before, this.health())) this.#options.onChange();
	}

	async #open(): Promise<Session> {
		const target = this.#options.target();
		const login = this.#options.login();
		if (target === null) throw new Error("it has no pod with an address");
		if (login === null) throw new Error("there are no credentials yet");
		if (this.#address !== target.address) this.#drop();
		if (this.#session === null || this.#session.closed) {
			this.#session = await this.#options.connect(target, { ...login, purpose: probe }, this.#options.times.timeoutMs);
			this.#address = target.address;
		}
		return this.#session;
	}

	#drop(): void {
		this.#session?.close();
		this.#session = null;
	}
}

/** What a decision could turn on: the loop is woken for these, not for each probe. */
function differs(before: Health, after: Health): boolean {
	if (before.state !== after.state) return true;
	if (before.state === "unreachable" && after.state === "unreachable") return before.confirmed !== after.confirmed;
	if (before.state !== "readable" || after.state !== "readable") return false;
	const [a, b] = [before.reading, after.reading];
	return a.superReadOnly !== b.superReadOnly || a.receiver?.state !== b.receiver?.state || a.uuid !== b.uuid;
}
