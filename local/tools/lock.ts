/**
 * One builder at a time across processes. The lock is the kernel's (`flock`), held by a small child that ends when we do, however
 * that happens: there is no stale lock to find out about. The file names its holder only so that others can say whom they wait for.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { interruption, throwIfInterrupted } from "./interruption.ts";

/** Runs the work while holding the lock; `onWait` hears once who has it, when somebody else has. */
export async function withLock<T>(
	file: string,
	work: () => Promise<T>,
	onWait: (holder: string) => void = () => {},
): Promise<T> {
	await mkdir(dirname(file), { recursive: true });
	const holder = (await take(file, ["--nonblock"])) ?? (await wait(file, onWait));
	try {
		await writeFile(file, holderLine());
		return await work();
	} finally {
		await holder.release();
	}
}

interface Holder {
	release(): Promise<void>;
}

async function wait(file: string, onWait: (holder: string) => void): Promise<Holder> {
	onWait((await readFile(file, "utf8")).trim() || "another process");
	const holder = await take(file, []);
	throwIfInterrupted();
	if (!holder) throw new Error(`the lock ${file} could not be taken`);
	return holder;
}

/** The child says a line when it has the lock and keeps it until its input ends, which our own end brings about too. */
async function take(file: string, flags: readonly string[]): Promise<Holder | undefined> {
	throwIfInterrupted();
	const child = spawn("flock", ["--exclusive", ...flags, file, "sh", "-c", "echo held; exec cat >/dev/null"], {
		stdio: ["pipe", "pipe", "inherit"],
		// Ctrl-C on the terminal must not free the lock while we still clean up.
		detached: true,
	});
	const closed = once(child, "close");
	const stop = (): void => void child.kill();
	interruption.addEventListener("abort", stop);
	const held = await saysHeld(child, closed);
	interruption.removeEventListener("abort", stop);
	if (!held) return undefined;
	return {
		release: async () => {
			child.stdin.end();
			await closed;
		},
	};
}

async function saysHeld(
	child: ChildProcessByStdio<Writable, Readable, null>,
	closed: Promise<unknown[]>,
): Promise<boolean> {
	const said = once(child.stdout, "data").then(() => true);
	return Promise.race([said, closed.then(() => false)]);
}

function holderLine(): string {
	return `process ${process.pid} (${process.argv.slice(1, 4).join(" ")})\n`;
}
