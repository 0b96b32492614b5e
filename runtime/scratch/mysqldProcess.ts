/** One mysqld as a child of this process, watched from its start to its end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { withDeadline } from "../mysql/session.ts";

/** How it ended. */
export interface MysqldEnd {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

export interface MysqldProcess {
	/** Settles when it has ended, never rejects. */
	readonly end: Promise<MysqldEnd>;
	readonly running: boolean;
	kill(signal: NodeJS.Signals): void;
	/** Waits for its end; what does not end within the time is killed. @throws DeadlineError then */
	endWithin(deadlineMs: number): Promise<MysqldEnd>;
}

/** @param log gets what it writes, in place of what is there */
export async function startMysqld(args: readonly string[], log: string, signal?: AbortSignal): Promise<MysqldProcess> {
	signal?.throwIfAborted();
	const file = await open(log, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | constants.O_APPEND, 0o600);
	const child = spawn("mysqld", args, {
		stdio: ["ignore", file.fd, file.fd],
		// Memory arenas are never given back; two are enough for few sessions.
		env: { ...process.env, MALLOC_ARENA_MAX: "2" },
	});
	const kill = () => void child.kill("SIGKILL");
	let running = true;
	// Whoever ends without stopping it leaves nothing behind.
	process.once("exit", kill);
	signal?.addEventListener("abort", kill);
	const end = ending(child, file).then((how) => {
		running = false;
		process.removeListener("exit", kill);
		signal?.removeEventListener("abort", kill);
		return how;
	});
	return {
		end,
		get running() {
			return running;
		},
		kill: (by) => void child.kill(by),
		endWithin: (ms) => withDeadline(end, ms, "mysqld: its end", kill),
	};
}

async function ending(child: ChildProcess, file: FileHandle): Promise<MysqldEnd> {
	try {
		const [code, signal] = await once(child, "exit");
		return { code, signal };
	} catch (error) {
		// It could not even be started.
		await file.appendFile(`${error instanceof Error ? error.message : error}\n`);
		return { code: null, signal: null };
	} finally {
		await file.close();
	}
}

/** For messages about an end that nobody asked for. */
export async function lastLines(log: string, lines = 5): Promise<string> {
	const text = await readFile(log, "utf8").catch(() => "");
	return text.trimEnd().split("\n").slice(-lines).join("\n");
}

/** Lines of an error log that say ERROR, in the form of log_sink_internal: `<time> <thread> [ERROR] [MY-…] …`. */
export function errorLines(log: string): string[] {
	return log.split("\n").filter((line) => /^\S+ \d+ \[ERROR\] /.test(line));
}
