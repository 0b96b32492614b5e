/** A process with all that it has started, killed together: as a pod ends when its node does. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { temporary } from "./temporary.ts";

export class KilledProcess {
	readonly #child: ChildProcess;
	readonly #ended: Promise<unknown>;
	/** Lines that it has written so far. */
	readonly lines: string[] = [];
	#news = Promise.withResolvers<void>();
	#said = "";

	/** @param options written to a file whose name is the module's only argument */
	constructor(module: string, options: unknown, env: NodeJS.ProcessEnv = process.env) {
		const file = join(temporary("child"), "options.json");
		writeFileSync(file, JSON.stringify(options), { mode: 0o600 });
		// A group of its own, which can be killed whole.
		this.#child = spawn(process.execPath, ["--no-warnings", module, file], {
			...{ env, detached: true, stdio: ["ignore", "pipe", "pipe"] },
		});
		this.#ended = once(this.#child, "exit");
		this.#child.stderr?.on("data", (text) => {
			this.#said += text;
		});
		createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
			this.lines.push(line);
			this.#news.resolve();
			this.#news = Promise.withResolvers();
		});
	}

	/** @throws when it ends before `happens` does, with its last words */
	async until(happens: Promise<unknown>): Promise<void> {
		const ended = this.#ended.then(() => {
			throw new Error(`it ended before it was killed: ${this.#said || this.lines.at(-1)}`);
		});
		await Promise.race([happens, ended]);
	}

	/** Until it has written a line that fits. */
	async says(fits: (line: string) => boolean): Promise<void> {
		while (!this.lines.some(fits)) await this.until(this.#news.promise);
	}

	/** SIGKILL to all of them. */
	async kill(): Promise<void> {
		if (this.#child.exitCode !== null) return;
		process.kill(-(this.#child.pid as number), "SIGKILL");
		await this.#ended;
		// One that is dead and that nobody has waited for yet still has its number: restic would take its lock for one in use.
		while (this.#isLeft()) await setTimeout(10);
	}

	#isLeft(): boolean {
		try {
			return process.kill(-(this.#child.pid as number), 0);
		} catch {
			return false;
		}
	}
}

/** SIGKILL to the programs of this name that this process has started itself. */
export async function killOwn(program: string): Promise<void> {
	const tasks = await readdir("/proc/self/task");
	const children = await Promise.all(tasks.map((task) => readFile(`/proc/self/task/${task}/children`, "utf8")));
	const pids = children.join(" ").trim().split(/\s+/).filter(Boolean).map(Number);
	const own: number[] = [];
	for (const pid of pids) {
		const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
		// Also one that a loader or a shell was put before.
		if (words.some((word) => basename(word) === program)) own.push(pid);
	}
	if (own.length === 0) throw new Error(`this process has started no ${program}`);
	for (const pid of own) process.kill(pid, "SIGKILL");
}
