/** One lane, seen from the one who orders: a process with a bench. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { whenSignalled } from "../../local/tools/interruption.ts";
import { lanes, laneVariable } from "./bench/addresses.ts";
import type { LaneOptions, Order, Word } from "./laneMessages.ts";

/**
 * With mounts of its own: a program that another lane starts would keep this one's disks in use for as long as it runs. Where
 * network namespaces are mounted is shared, so that they are found and taken away whatever becomes of the process.
 */
const apart = { execPath: "unshare", execArgv: ["--mount", "--propagation", "unchanged", process.execPath] };

export class Lane {
	readonly number: number;
	readonly folder: string;
	readonly #process: ChildProcess;

	private constructor(number: number, folder: string, running: ChildProcess) {
		this.number = number;
		this.folder = folder;
		this.#process = running;
	}

	/** On the first lane that is free. */
	static async begin(options: LaneOptions): Promise<Lane> {
		for (let number = 0; number < lanes; number += 1) {
			const env = { ...process.env, NODE_OPTIONS: "--no-warnings", [laneVariable]: String(number) };
			const running = fork(join(import.meta.dirname, "laneProcess.ts"), [JSON.stringify(options)], { env, ...apart });
			const forwarded = whenSignalled((signal) => running.kill(signal));
			running.once("exit", forwarded);
			const word = await hear(running, number);
			if (word.says === "ready") return new Lane(number, word.folder, running);
			await ended(running);
		}
		throw new Error("every lane is taken");
	}

	/** @throws Error when the lane ends over it. */
	async carryOut(order: Order): Promise<Word> {
		const answer = hear(this.#process, this.number);
		if (this.#process.connected) this.#process.send(order);
		return answer;
	}

	/** Returns when its bench is gone. */
	async end(): Promise<void> {
		if (this.#process.connected) this.#process.disconnect();
		await ended(this.#process);
	}
}

async function hear(running: ChildProcess, number: number): Promise<Word> {
	const heard = new AbortController();
	const { signal } = heard;
	try {
		const word = once(running, "message", { signal }).then(([said]) => said as Word);
		const gone = ended(running, { signal }).then(() => Promise.reject(new Error(`lane ${number} ended`)));
		gone.catch(() => {});
		return await Promise.race([word, gone]);
	} finally {
		heard.abort();
	}
}

async function ended(running: ChildProcess, until: { readonly signal?: AbortSignal } = {}): Promise<void> {
	if (running.exitCode === null && running.signalCode === null) await once(running, "exit", until);
}
