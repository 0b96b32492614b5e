/** What the watchdogs say from some moment on, as soon as it stands in their logs: rows strike between two steps. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../../local/site/waiting.ts";
import type { Bench } from "../bench/bench.ts";

/** The steps of a failover that are told as it goes, in their order. */
export const failoverSteps = [
	/ is lost: /,
	/^acknowledgements revoked /,
	/^chose /,
	/ applied all that it holds$/,
	/^recorded term /,
	/ accepts writes$/,
	/^mysql-primary points to /,
] as const;

/** Seconds until a step that must come has come, on a machine that does much else. */
const patience = 30;

export class Steps {
	readonly #logs: ReadonlyMap<string, number>;

	private constructor(logs: ReadonlyMap<string, number>) {
		this.#logs = logs;
	}

	static async fromNow(bench: Bench): Promise<Steps> {
		const files = bench.watchdogs.map(({ name }) => join(bench.folder, "log", `${name}.log`));
		return new Steps(new Map(await Promise.all(files.map(async (file) => [file, (await stat(file)).size] as const))));
	}

	/** Waits until one of them says it. @returns its words */
	async reached(step: RegExp, seconds = patience): Promise<string> {
		const find = async () => (await this.#said()).find((words) => step.test(words));
		return until(`a watchdog says ${step}`, seconds, find, { every: 1 });
	}

	async said(step: RegExp): Promise<boolean> {
		return (await this.#said()).some((words) => step.test(words));
	}

	async #said(): Promise<string[]> {
		const texts = await Promise.all(
			[...this.#logs].map(async ([file, from]) => (await readFile(file)).subarray(from).toString()),
		);
		return texts.flatMap((text) => text.split("\n").slice(0, -1).map(wordsOf));
	}
}

function wordsOf(line: string): string {
	try {
		return String((JSON.parse(line) as { msg?: string }).msg ?? "");
	} catch {
		return line;
	}
}
