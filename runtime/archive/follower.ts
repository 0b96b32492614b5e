/** mysqlbinlog, which writes what a server's binary logs get, as they get it, into the spool. */
import { randomInt } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { clientOptions } from "../mysql/clientOptions.ts";
import type { Login, Target } from "../mysql/session.ts";

export interface Followed {
	readonly target: Target;
	readonly login: Login;
	/** The binary log to begin with. */
	readonly file: string;
	/** Where the files go. */
	readonly folder: string;
	/** For the password, which is in no argument; only we can read it. */
	readonly secrets: string;
}

/** A server ends the older of two readers with the same id; its replicas' own are small. */
const ids = { from: 2 ** 31, to: 2 ** 32 - 1 } as const;
const longestMessage = 2000;

const options = {
	reject: false,
	stdin: "ignore",
	stdout: "ignore",
	buffer: { stdout: false },
	forceKillAfterDelay: 1000,
} as const;

export class Follower {
	readonly #process: ResultPromise<typeof options>;
	#ended: string | null = null;
	/** Resolves with the reason when it has ended. */
	readonly ending: Promise<string>;

	private constructor(process: ResultPromise<typeof options>, name: string) {
		this.#process = process;
		this.ending = process.then(({ stderr, exitCode, signal }) => {
			const said = String(stderr ?? "")
				.trim()
				.slice(-longestMessage);
			const how = signal === undefined ? `exit ${exitCode}` : signal;
			this.#ended = `${name}: mysqlbinlog ended (${how})${said === "" ? "" : `: ${said}`}`;
			return this.#ended;
		});
	}

	static async begin({ target, login, file, folder, secrets }: Followed): Promise<Follower> {
		await mkdir(secrets, { recursive: true, mode: 0o700 });
		const [cnf, ca] = [join(secrets, "client.cnf"), join(secrets, "ca.crt")];
		// A file that is there keeps its mode.
		await rm(cnf, { force: true });
		await writeFile(ca, login.ca);
		await writeFile(cnf, clientOptions({ target, login }, ca), { mode: 0o600 });
		const process = execa(
			"mysqlbinlog",
			[
				`--defaults-extra-file=${cnf}`,
				"--read-from-remote-server",
				"--raw",
				"--stop-never",
				`--connection-server-id=${randomInt(ids.from, ids.to)}`,
				`--result-file=${folder}/`,
				file,
			],
			options,
		);
		return new Follower(process, target.name);
	}

	/** Why it ended; null while it runs. */
	get ended(): string | null {
		return this.#ended;
	}

	async stop(): Promise<void> {
		this.#process.kill();
		await this.ending;
	}
}
