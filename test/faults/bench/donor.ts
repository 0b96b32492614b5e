/** A restored copy: a mysqld of its own beside the clients, with what a replica held at one moment, read-only. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../../local/site/waiting.ts";
import { missingFrom, storedIds } from "../../../runtime/drill/verify.ts";
import type { Donor } from "../../../runtime/failover/record.ts";
import { openSession } from "../../../runtime/mysql/session.ts";
import { clients } from "./addresses.ts";
import type { Bench } from "./bench.ts";
import { DatabaseInstance } from "./instance.ts";
import { asRoot } from "./rootSession.ts";

/** No instance has it. */
const name = "mysql-9";
const adminPort = 33062;
const patience = 60;

export class RestoredCopy {
	readonly #bench: Bench;
	readonly #server: DatabaseInstance;
	#gtids = "";

	private constructor(bench: Bench) {
		this.#bench = bench;
		this.#server = new DatabaseInstance({ ...clients, name }, { folder: bench.folder, roots: bench.roots });
	}

	/** What this instance holds now. */
	static async of(bench: Bench, { machine }: DatabaseInstance): Promise<RestoredCopy> {
		const copy = new RestoredCopy(bench);
		await copy.#server.boot();
		await until(`${name} answers`, patience, () => copy.#server.answers());
		const password = bench.secrets.passwords.clone ?? "";
		const source = `'clone'@'${machine.address}':${adminPort}`;
		// It restarts at the end, which the session sees as a lost connection.
		await asRoot(bench, copy.#server, [
			"SET GLOBAL super_read_only = OFF",
			`SET GLOBAL clone_valid_donor_list = '${machine.address}:${adminPort}'`,
			`CLONE INSTANCE FROM ${source} IDENTIFIED BY '${password}' REQUIRE SSL`,
		]).catch(() => {});
		copy.#gtids = await until(`${name} holds the copy`, patience, () => copy.#executed());
		return copy;
	}

	get gtids(): string {
		return this.#gtids;
	}

	/** As a request to the watchdog names it. */
	get donor(): Donor {
		return { host: clients.address, port: 3306, identity: "mysql" };
	}

	/** Which of these writes it does not hold. */
	async lacks(ids: readonly number[]): Promise<number[]> {
		const { passwords, ca } = this.#bench.secrets;
		const target = { name, address: clients.address, port: 3306, identity: "mysql" };
		const session = await openSession(target, { user: "drill", password: passwords.drill ?? "", ca }, 2000);
		try {
			return missingFrom(ids, await storedIds(session));
		} finally {
			session.close();
		}
	}

	async kill(): Promise<void> {
		await this.#server.stop();
	}

	async end(): Promise<void> {
		await this.kill();
		await rm(join(this.#bench.folder, name), { recursive: true, force: true });
	}

	async #executed(): Promise<string> {
		const question = "SELECT @@GLOBAL.gtid_executed AS executed, @@GLOBAL.super_read_only AS closed";
		const [[row]] = (await asRoot(this.#bench, this.#server, [question])) as [[{ executed: string; closed: number }]];
		return Number(row.closed) === 1 ? row.executed.replaceAll("\n", "") : "";
	}
}
