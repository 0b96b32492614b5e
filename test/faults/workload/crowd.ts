/** Clients that take every connection of an instance and hold it, and come again at once when they are thrown out. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../local/site/waiting.ts";
import type { Bench } from "../bench/bench.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { openDrill } from "./ledger.ts";

/** More than the largest `max_connections` of an instance of the bench's size. */
const size = 200;
const stayMs = 600_000;
const backoffMs = 50;
const tooMany = 1040;

export class Crowd {
	readonly #bench: Bench;
	readonly #instance: DatabaseInstance;
	readonly #left = new AbortController();
	#refused = false;
	#everybody: Promise<unknown> = Promise.resolve();

	private constructor(bench: Bench, instance: DatabaseInstance) {
		this.#bench = bench;
		this.#instance = instance;
	}

	/** Returns when somebody was refused for want of a connection. */
	static async at(bench: Bench, instance: DatabaseInstance): Promise<Crowd> {
		const crowd = new Crowd(bench, instance);
		crowd.#everybody = Promise.all(Array.from({ length: size }, () => crowd.#client()));
		await until(`${instance.name} has no connection left`, 60, async () => crowd.#refused);
		return crowd;
	}

	async leave(): Promise<void> {
		this.#left.abort();
		await this.#everybody;
	}

	async #client(): Promise<void> {
		const { signal } = this.#left;
		while (!signal.aborted) {
			await this.#stay(signal).catch((error) => {
				if ((error as { errno?: number }).errno === tooMany) this.#refused = true;
			});
			await sleep(backoffMs, undefined, { signal }).catch(() => {});
		}
	}

	async #stay(signal: AbortSignal): Promise<void> {
		const session = await openDrill(this.#bench, this.#instance.name);
		const left = signal.aborted ? null : once(signal, "abort");
		await Promise.race([session.run(`DO SLEEP(${stayMs / 1000})`, stayMs), left]).catch(() => {});
		session.close();
	}
}
