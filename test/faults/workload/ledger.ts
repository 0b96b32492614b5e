/** The clients of one run, seen from the tests: started, watched, stopped, and every acknowledged write looked for. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../../local/site/waiting.ts";
import { missingFrom, storedIds } from "../../../runtime/drill/verify.ts";
import { ledgerTable } from "../../../runtime/drill/writer.ts";
import { instanceHost } from "../../../runtime/instance/hostName.ts";
import { openSession, type Session } from "../../../runtime/mysql/session.ts";
import { clients, type Machine } from "../bench/addresses.ts";
import type { Bench } from "../bench/bench.ts";
import { apiServer, namespace } from "../bench/controlPlane.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { start } from "../bench/process.ts";
import { settings } from "../bench/settings.ts";
import { type Acknowledged, readAcknowledged } from "./acknowledged.ts";
import type { ClientOptions } from "./clients.ts";
import type { Slice } from "./endpointWatch.ts";

export const writers = 4;
/** Of the clients beside an instance: far from what the others come to. */
const firstIdBeside = 500_000_000;
/** Between two writes of one client: enough load to find what is lost, little enough for two cores. */
const pauseMs = 20;
const patience = 30;

export class Ledger {
	readonly #bench: Bench;
	readonly #files: string[] = [];
	readonly #processes: ChildProcess[] = [];
	readonly #givenUp = new Set<number>();

	private constructor(bench: Bench) {
		this.#bench = bench;
	}

	/**
	 * Makes the table anew and starts the clients; they write when this returns.
	 * @param asking they ask every instance themselves instead of being told where mysql-primary points
	 */
	static async open(bench: Bench, asking = false): Promise<Ledger> {
		await makeTable(bench);
		const ledger = new Ledger(bench);
		const addresses = bench.instances.map(({ machine }) => machine.address);
		await ledger.#start(clients, { to: asking ? addresses : slice(bench), firstId: 0 });
		await ledger.more(20);
		return ledger;
	}

	/** More clients, on the instance's own machine: they reach it whatever the network does, and want nobody else. */
	async beside({ machine, name }: DatabaseInstance): Promise<void> {
		await this.#start(machine, { to: machine.address, firstId: firstIdBeside });
		const write = async () => (await this.entries()).some(({ id }) => id >= firstIdBeside);
		await until(`the clients beside ${name} write`, patience, write);
	}

	async #start(machine: Machine, more: Pick<ClientOptions, "to" | "firstId">): Promise<void> {
		const file = join(this.#bench.folder, `acknowledged-${machine.name}.csv`);
		await rm(file, { force: true });
		const options = join(this.#bench.folder, `clients-${machine.name}.json`);
		const { passwords, ca } = this.#bench.secrets;
		const common = { acknowledged: file, writers, pauseMs, password: passwords.drill ?? "", ca };
		await writeFile(options, JSON.stringify({ ...common, ...more } satisfies ClientOptions), { mode: 0o600 });
		this.#files.push(file);
		this.#processes.push(
			start({
				machine,
				log: join(this.#bench.folder, "log", "clients.log"),
				root: null,
				user: "0:0",
				mounts: {},
				env: { NODE_OPTIONS: "--no-warnings" },
				command: [process.execPath, join(import.meta.dirname, "clients.ts"), options],
			}),
		);
	}

	async entries(): Promise<Acknowledged[]> {
		return (await Promise.all(this.#files.map(readAcknowledged))).flat();
	}

	/** Waits until this many more writes were acknowledged. */
	async more(count: number, seconds = patience): Promise<void> {
		const before = (await this.entries()).length;
		const what = `${count} more writes are acknowledged`;
		await until(what, seconds, async () => (await this.entries()).length >= before + count, { every: 50 });
	}

	async close(): Promise<void> {
		const running = this.#processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
		await Promise.all(
			running.map(async (each) => {
				const ended = once(each, "exit");
				each.kill("SIGTERM");
				await ended;
			}),
		);
	}

	/** An operator put something in their place that does not hold these: nobody may show them any more. */
	giveUp(ids: readonly number[]): void {
		for (const id of ids) this.#givenUp.add(id);
	}

	/** How many of the writes that were given up the instance shows all the same. */
	async givenUpOn(name: string): Promise<number> {
		if (this.#givenUp.size === 0) return 0;
		const session = await openDrill(this.#bench, name);
		try {
			const stored = await storedIds(session);
			return [...this.#givenUp].filter((id) => stored.has(id)).length;
		} finally {
			session.close();
		}
	}

	/** How many acknowledged writes the instance lacks, once it had time to apply them. */
	async missingOn(name: string, entries: readonly Acknowledged[]): Promise<number> {
		const ids = entries.map(({ id }) => id).filter((id) => !this.#givenUp.has(id));
		let missing = ids.length;
		const all = until(`${name} has all`, patience, async () => {
			const session = await openDrill(this.#bench, name);
			try {
				missing = missingFrom(ids, await storedIds(session)).length;
			} finally {
				session.close();
			}
			return missing === 0;
		});
		await all.catch(() => {});
		return missing;
	}
}

export function openDrill(bench: Bench, name: string): Promise<Session> {
	const { address } = bench.instance(name).machine;
	const { passwords, ca } = bench.secrets;
	const target = { name, address, port: 3306, identity: instanceHost(name, settings) };
	return openSession(target, { user: "drill", password: passwords.drill ?? "", ca }, 2000);
}

async function makeTable(bench: Bench): Promise<void> {
	const primary = (await bench.record())?.primary;
	if (primary === undefined) throw new Error("there is no primary");
	const session = await openDrill(bench, primary);
	try {
		const create = `CREATE TABLE ${ledgerTable} (id BIGINT PRIMARY KEY)`;
		await session.run(`DROP TABLE IF EXISTS ${ledgerTable}; ${create}`, 20_000);
	} finally {
		session.close();
	}
}

/** Who tells the clients where mysql-primary points to. */
function slice(bench: Bench): Slice {
	const text = (data: string | undefined) => Buffer.from(data ?? "", "base64").toString();
	const { caData } = bench.config.getCurrentCluster() ?? {};
	const { certData, keyData } = bench.config.getCurrentUser() ?? {};
	const url = `${apiServer}/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?fieldSelector=metadata.name%3Dmysql-primary`;
	return { url, ca: text(caData), cert: text(certData), key: text(keyData) };
}
