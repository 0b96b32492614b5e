/**
 * Looks at each instance many times a second over its own socket, which no cut reaches, and at the record. An isolated
 * primary may stay open (it cannot acknowledge), but nobody may be opened who is not the primary of the newest term,
 * and nobody may ever take writes without asking for an acknowledgement.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { until } from "../../../local/site/waiting.ts";
import type { Bench } from "../bench/bench.ts";
import type { DatabaseInstance } from "../bench/instance.ts";

const periodMs = 50;
/** Seconds for the first look at the record, on a machine that does much else. */
const patience = 30;

const question = "SELECT @@GLOBAL.read_only AS closed, @@GLOBAL.rpl_semi_sync_source_enabled AS asks";

/** Between a change and the sight of it: the record and the instances are not read at the same moment. */
const slackMs = 1000;

interface State {
	/** Takes writes. */
	readonly open: boolean;
	/** Needs an acknowledgement for them. */
	readonly asks: boolean;
}

export interface Opening {
	readonly name: string;
	readonly at: number;
}

export interface Term {
	readonly term: number;
	readonly primary: string;
	/** When the term before it was last seen: it may have begun at any moment since. */
	readonly after: number;
	/** When it was first seen. */
	readonly at: number;
}

/** The openings that no term explains. Pure. */
export function unexplained(openings: readonly Opening[], terms: readonly Term[]): string[] {
	const inOrder = [...terms].sort((one, other) => one.term - other.term);
	const explained = ({ name, at }: Opening) =>
		inOrder.some(({ primary, after: from }, n) => {
			const until = inOrder[n + 1]?.at ?? Number.POSITIVE_INFINITY;
			return primary === name && at >= from - slackMs && at <= until + slackMs;
		});
	const names = inOrder.map(({ term, primary }) => `${term}: ${primary}`).join(", ");
	return openings
		.filter((each) => !explained(each))
		.map(({ name }) => `${name} was opened in no term of its own (${names})`);
}

export class Sampler {
	readonly #bench: Bench;
	readonly #stop = new AbortController();
	readonly #states = new Map<string, State>();
	readonly #faults = new Set<string>();
	readonly #openings: Opening[] = [];
	readonly #terms = new Map<number, Term>();
	/** When the record that was read last was asked for. */
	#askedAt = Number.NEGATIVE_INFINITY;
	#running: Promise<unknown> = Promise.resolve();

	constructor(bench: Bench) {
		this.#bench = bench;
	}

	/** Returns when it knows the term that the run begins with: it could be over before the record is read for the first time. */
	async begin(): Promise<void> {
		const known = async () => {
			await this.#readRecord();
			return this.#terms.size > 0;
		};
		await until("the record can be read", patience, known);
		this.#running = Promise.all([...this.#bench.instances.map((each) => this.#watch(each)), this.#watchRecord()]);
	}

	/** The primaries of the terms, in their order. */
	get primaries(): string[] {
		return [...this.#terms.values()].sort((one, other) => one.term - other.term).map(({ primary }) => primary);
	}

	/** @returns what was seen that must never be. */
	async end(): Promise<readonly string[]> {
		this.#stop.abort();
		await this.#running;
		return [...this.#faults, ...unexplained(this.#openings, [...this.#terms.values()])];
	}

	async #watch(instance: DatabaseInstance): Promise<void> {
		let connection: Connection | null = null;
		while (!this.#stop.signal.aborted) {
			try {
				connection ??= await this.#connect(instance);
				this.#note(instance.name, await ask(connection));
			} catch {
				// Down, stopped or busy: it says nothing, and is asked again.
				connection?.destroy();
				connection = null;
			}
			await sleep(periodMs);
		}
		connection?.destroy();
	}

	#connect(instance: DatabaseInstance): Promise<Connection> {
		const password = this.#bench.secrets.passwords.monitor ?? "";
		const opening = createConnection({ socketPath: instance.socket, user: "monitor", password, connectTimeout: 500 });
		return opening.then((connection) => {
			connection.on("error", () => {});
			return connection;
		});
	}

	#note(name: string, state: State): void {
		const before = this.#states.get(name);
		this.#states.set(name, state);
		if (state.open && before?.open === false) this.#openings.push({ name, at: performance.now() });
		if (state.open && !state.asks) this.#faults.add(`${name} took writes without asking for an acknowledgement`);
	}

	async #watchRecord(): Promise<void> {
		while (!this.#stop.signal.aborted) {
			await this.#readRecord();
			await sleep(periodMs);
		}
	}

	async #readRecord(): Promise<void> {
		const askedAt = performance.now();
		const record = await Promise.race([this.#bench.record(), sleep(500, null)]).catch(() => null);
		if (record === null) return;
		this.#noteTerm(record.term, record.primary);
		this.#askedAt = askedAt;
	}

	#noteTerm(term: number, primary: string): void {
		const known = this.#terms.get(term);
		if (known === undefined) this.#terms.set(term, { term, primary, after: this.#askedAt, at: performance.now() });
		else if (known.primary !== primary) this.#faults.add(`term ${term} had ${known.primary} and ${primary}`);
	}
}

async function ask(connection: Connection): Promise<State> {
	const answer = connection.query<RowDataPacket[]>(question);
	answer.catch(() => {});
	const late = sleep(500).then(() => Promise.reject(new Error("no answer")));
	const [[row]] = await Promise.race([answer, late]);
	return { open: Number(row?.closed) === 0, asks: Number(row?.asks) === 1 };
}
