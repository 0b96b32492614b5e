/**
 * A real mysqld for tests, with its socket, a port and certificates of its own: found in the PATH, or `MYSQL_DR_MYSQLD_PATH` names
 * the folder that it and its companions lie in.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { temporary } from "./temporary.ts";

export const programPath = [process.env.MYSQL_DR_MYSQLD_PATH, process.env.PATH, "/usr/sbin"].filter(Boolean).join(":");
/** mysqld refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
export const patience = 60_000;

/** Whether all of these can be run here. */
export function hasPrograms(...names: readonly string[]): boolean {
	try {
		for (const name of names) {
			execFileSync("sh", ["-c", `command -v ${name}`], { env: { PATH: programPath }, stdio: "ignore" });
		}
		return true;
	} catch {
		return false;
	}
}

export async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" && address !== null ? address.port : 0;
}

export async function until(what: string, holds: () => Promise<boolean>, ms = patience): Promise<void> {
	for (const end = Date.now() + ms; Date.now() < end; ) {
		if (await holds().catch(() => false)) return;
		await setTimeout(25);
	}
	throw new Error(`not within ${ms} ms: ${what}`);
}

const small = [
	"--no-defaults",
	"--innodb-buffer-pool-size=32M",
	"--innodb-redo-log-capacity=8M",
	"--mysqlx=OFF",
	"--secure-file-priv=NULL",
	"--gtid-mode=ON",
	"--enforce-gtid-consistency=ON",
	"--log-bin=binlog",
	"--bind-address=127.0.0.1",
	"--skip-name-resolve",
];

const ids = { next: 1 };
/** Initialising takes seconds, copying does not. */
let first: Promise<RealMysqld> | null = null;

export class RealMysqld {
	readonly name: string;
	readonly folder: string;
	readonly port: number;
	readonly #settings: readonly string[];
	#process: ChildProcess | null = null;

	private constructor(name: string, folder: string, port: number, settings: readonly string[]) {
		this.name = name;
		this.folder = folder;
		this.port = port;
		this.#settings = settings;
	}

	/** Started, with an empty history. All of a test file have the same certificates, and each its own server UUID. */
	static async up(name: string, settings: readonly string[] = []): Promise<RealMysqld> {
		const mysqld = await RealMysqld.#folder(name, settings);
		first ??= RealMysqld.#initialised();
		const { data } = await first;
		execFileSync("cp", ["-a", "--sparse=always", data, mysqld.data]);
		rmSync(join(mysqld.data, "auto.cnf"), { force: true });
		await mysqld.start();
		await mysqld.sql("RESET BINARY LOGS AND GTIDS");
		return mysqld;
	}

	static async #initialised(): Promise<RealMysqld> {
		const mysqld = await RealMysqld.#folder("initialised", []);
		const [code] = await once(mysqld.#spawn(["--initialize-insecure"]), "exit");
		if (code !== 0) throw new Error(`no server was initialised: exit ${code}`);
		// Made at the first start: without them each copy would make its own.
		await mysqld.start();
		await mysqld.sql("SHUTDOWN");
		await once(mysqld.#process as ChildProcess, "exit");
		return mysqld;
	}

	static async #folder(name: string, settings: readonly string[]): Promise<RealMysqld> {
		const folder = temporary(name);
		mkdirSync(join(folder, "tmp"));
		for (const path of [folder, join(folder, "tmp")]) {
			if (account.uid !== undefined) chownSync(path, account.uid, account.gid);
		}
		return new RealMysqld(name, folder, await freePort(), [`--server-id=${100 + ids.next++}`, ...settings]);
	}

	async start(): Promise<void> {
		const child = this.#spawn([]);
		this.#process = child;
		await until(`${this.name} answers`, async () => {
			if (child.exitCode !== null) throw new Error(`exit ${child.exitCode}`);
			return (await this.sql("SELECT 1")).length === 1;
		});
	}

	#spawn(more: readonly string[]): ChildProcess {
		const places = [`--datadir=${this.data}`, `--socket=${this.socket}`, `--port=${this.port}`];
		const own = [...places, `--tmpdir=${this.folder}/tmp`, `--pid-file=${this.folder}/pid`];
		const options = [...small, ...own, `--log-error=${this.folder}/log`, ...this.#settings, ...more];
		return spawn("mysqld", options, { ...account, env: { PATH: programPath }, stdio: "ignore" });
	}

	/** As root. */
	async sql(statements: string): Promise<RowDataPacket[]> {
		const connection = await createConnection({ socketPath: this.socket, user: "root", multipleStatements: true });
		try {
			const [rows] = await connection.query<RowDataPacket[]>(statements);
			return Array.isArray(rows) ? rows : [];
		} finally {
			connection.destroy();
		}
	}

	async value(expression: string): Promise<string> {
		const [row] = await this.sql(`SELECT ${expression} AS v`);
		return String(row?.v).replaceAll("\n", "");
	}

	get socket(): string {
		return join(this.folder, "s");
	}

	get data(): string {
		return join(this.folder, "data");
	}

	/** Of the certificate authority that mysqld made. */
	get ca(): string {
		return readFileSync(join(this.data, "ca.pem"), "utf8");
	}

	binlogs(): readonly string[] {
		const logs = readdirSync(this.data).filter((name) => /^binlog\.\d+$/.test(name));
		return logs.sort().map((name) => join(this.data, name));
	}

	/** As kill -9 does it: nothing is flushed. */
	async kill(): Promise<void> {
		const child = this.#process;
		if (child === null || child.exitCode !== null || child.signalCode !== null) return;
		const ended = once(child, "exit");
		// Where a shell stands before mysqld, the program that is to die is not the child.
		const pid = existsSync(`${this.folder}/pid`) ? Number(readFileSync(`${this.folder}/pid`, "utf8")) : child.pid;
		if (pid !== undefined) process.kill(pid, "SIGKILL");
		await ended;
		this.#process = null;
	}
}

const exec = promisify(execFile);

/** @returns what a program of MySQL's wrote */
export async function mysqlProgram(name: string, args: readonly string[]): Promise<string> {
	const { stdout } = await exec(name, [...args], { env: { PATH: programPath }, maxBuffer: 2 ** 28 });
	return stdout;
}
