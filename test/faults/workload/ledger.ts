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
import { clients } from "../bench/addresses.ts";
import type { Bench } from "../bench/bench.ts";
import { apiServer, namespace } from "../bench/controlPlane.ts";
import { start } from "../bench/process.ts";
import { settings } from "../bench/settings.ts";
import { type Acknowledged, readAcknowledged } from "./acknowledged.ts";
import type { ClientOptions } from "./clients.ts";

const writers = 4;
/** Between two writes of one client: enough load to find what is lost, little enough for two cores. */
const pauseMs = 10;
const patience = 30;

export class Ledger {
	readonly #bench: Bench;
	readonly #file: string;
	readonly #process: ChildProcess;

	private constructor(bench: Bench, file: string, running: ChildProcess) {
		this.#bench = bench;
		this.#file = file;
		this.#process = running;
	}

	/** Makes the table anew and starts the clients; all of them write when this returns. */
	static async open(bench: Bench): Promise<Ledger> {
		await makeTable(bench);
		const file = join(bench.folder, "acknowledged.csv");
		await rm(file, { force: true });
		const options = join(bench.folder, "clients.json");
		await writeFile(options, JSON.stringify(clientOptions(bench, file)), { mode: 0o600 });
		const running = start({
			machine: clients,
			log: join(bench.folder, "log", "clients.log"),
			root: null,
			user: "0:0",
			mounts: {},
			env: { NODE_OPTIONS: "--no-warnings" },
			command: [process.execPath, join(import.meta.dirname, "clients.ts"), options],
		});
		const ledger = new Ledger(bench, file, running);
		await ledger.more(20);
		return ledger;
	}

	entries(): Promise<Acknowledged[]> {
		return readAcknowledged(this.#file);
	}

	/** Waits until this many more writes were acknowledged. */
	async more(count: number, seconds = patience): Promise<void> {
		const before = (await this.entries()).length;
		const what = `${count} more writes are acknowledged`;
		await until(what, seconds, async () => (await this.entries()).length >= before + count, { every: 50 });
	}

	async close(): Promise<void> {
		if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
		const ended = once(this.#process, "exit");
		this.#process.kill("SIGTERM");
		await ended;
	}

	/** How many acknowledged writes the instance lacks, once it had time to apply them. */
	async missingOn(name: string, entries: readonly Acknowledged[]): Promise<number> {
		const ids = entries.map(({ id }) => id);
		let missing = ids.length;
		const all = until(`${name} has all`, 10, async () => {
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

function clientOptions(bench: Bench, acknowledged: string): ClientOptions {
	const { passwords, ca } = bench.secrets;
	const text = (data: string | undefined) => Buffer.from(data ?? "", "base64").toString();
	const { caData } = bench.config.getCurrentCluster() ?? {};
	const { certData, keyData } = bench.config.getCurrentUser() ?? {};
	const url = `${apiServer}/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/mysql-primary`;
	const slice = { url, ca: text(caData), cert: text(certData), key: text(keyData) };
	return { acknowledged, writers, pauseMs, password: passwords.drill ?? "", ca, slice, firstId: 0 };
}
