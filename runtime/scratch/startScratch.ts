/** Starts a scratch server and waits for it. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { Session } from "../mysql/session.ts";
import { openSocketSession } from "../mysql/socketSession.ts";
import { errorLines, lastLines, type MysqldProcess, startMysqld } from "./mysqldProcess.ts";
import { dropScratchAccount, newScratchAccount, type ScratchAccount, scratchInit } from "./scratchAccount.ts";
import { isReadOnly, scratchCnf, scratchPaths } from "./scratchCnf.ts";
import type { ScratchOptions, ScratchServer } from "./scratchServer.ts";

/** Between two attempts to connect, and for one of them. */
const [pauseMs, connectMs] = [50, 5000];
/** Dropping an account waits for nothing that takes long. */
const dropMs = 30_000;
/** `sun_path` of unix(7), with its final zero. */
const longestSocket = 107;

/**
 * mysqld runs as the account of this process; `mysqld` is looked up in the PATH. Crash recovery takes what it takes:
 * it is waited for as long as mysqld lives.
 * @throws with mysqld's last words when it ends before it answers
 */
export async function startScratch(options: ScratchOptions): Promise<ScratchServer> {
	const paths = scratchPaths(options.folder);
	if (Buffer.byteLength(paths.socket) > longestSocket) {
		throw new Error(`${paths.socket} is longer than the ${longestSocket} bytes that the path of a socket may have`);
	}
	if (options.network !== undefined && options.purpose === "boot") {
		throw new RangeError("without grant tables anybody could log in: no network for a copy that is only booted");
	}
	const account = options.purpose === "boot" ? { user: "root", password: "" } : newScratchAccount();
	await write(options, account);
	const mysqld = await startMysqld([`--defaults-file=${paths.cnf}`], paths.log, options.signal);
	const session = await answering(options, account, mysqld);
	await rm(paths.init, { force: true });
	return new RunningScratch(options, { account, mysqld, session });
}

async function write(options: ScratchOptions, account: ScratchAccount): Promise<void> {
	const { cnf, temporary, init, socket, client } = scratchPaths(options.folder);
	await mkdir(temporary, { recursive: true });
	// Of an earlier mysqld: its pid may belong to another process by now.
	for (const left of [socket, `${socket}.lock`, init]) await rm(left, { force: true });
	await writeFile(cnf, scratchCnf(options), { mode: 0o600 });
	const login = `socket = ${socket}\nuser = ${account.user}\npassword = ${account.password}`;
	await writeFile(client, `[client]\n${login}\n`, { mode: 0o600 });
	if (options.purpose === "restore") {
		await writeFile(init, scratchInit(account, isReadOnly(options)), { mode: 0o600 });
	}
}

async function answering(options: ScratchOptions, account: ScratchAccount, mysqld: MysqldProcess): Promise<Session> {
	const { log } = scratchPaths(options.folder);
	while (mysqld.running) {
		const session = await connect(options, account).catch(() => null);
		if (session !== null) return session;
		await Promise.race([mysqld.end, setTimeout(pauseMs)]);
	}
	options.signal?.throwIfAborted();
	const { code, signal } = await mysqld.end;
	throw new Error(`mysqld ended (${signal ?? code}) before it answered: ${await lastLines(log)}`);
}

function connect({ folder }: ScratchOptions, account: ScratchAccount): Promise<Session> {
	return openSocketSession({ name: "scratch", path: scratchPaths(folder).socket }, account, connectMs);
}

interface Running {
	readonly account: ScratchAccount;
	readonly mysqld: MysqldProcess;
	readonly session: Session;
}

class RunningScratch implements ScratchServer {
	readonly session: Session;
	readonly clientOptions: string;
	readonly #options: ScratchOptions;
	readonly #running: Running;
	readonly #sessions: Session[];

	constructor(options: ScratchOptions, running: Running) {
		this.session = running.session;
		this.clientOptions = scratchPaths(options.folder).client;
		this.#options = options;
		this.#running = running;
		this.#sessions = [running.session];
	}

	async open(): Promise<Session> {
		const session = await connect(this.#options, this.#running.account);
		this.#sessions.push(session);
		return session;
	}

	async stop(deadlineMs: number): Promise<void> {
		const { mysqld } = this.#running;
		const { purpose, signal } = this.#options;
		if (mysqld.running && purpose === "restore" && signal?.aborted !== true) await this.#leave();
		mysqld.kill("SIGTERM");
		await this.ended(deadlineMs);
	}

	async ended(deadlineMs: number): Promise<void> {
		const { log } = scratchPaths(this.#options.folder);
		try {
			const { code, signal } = await this.#running.mysqld.endWithin(deadlineMs);
			this.#options.signal?.throwIfAborted();
			if (code !== 0) throw new Error(`mysqld did not end cleanly (${signal ?? code}): ${await lastLines(log)}`);
		} finally {
			for (const session of this.#sessions) session.close();
			await rm(this.clientOptions, { force: true });
		}
	}

	/** The session at hand may be lost, or in the middle of something. */
	async #leave(): Promise<void> {
		const session = await this.open();
		await session.run(dropScratchAccount, dropMs);
	}

	async errors(): Promise<readonly string[]> {
		return errorLines(await readFile(scratchPaths(this.#options.folder).log, "utf8"));
	}
}
