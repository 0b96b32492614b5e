/** Clients that take every connection of an instance: as many as it takes, in a process of their own. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../../local/site/waiting.ts";
import { instanceHost } from "../../../runtime/instance/hostName.ts";
import { memoryShares } from "../../../runtime/instance/memory.ts";
import { clients } from "../bench/addresses.ts";
import type { Bench } from "../bench/bench.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { start } from "../bench/process.ts";
import { settings } from "../bench/settings.ts";
import type { CrowdOptions } from "./crowdClients.ts";
import { full } from "./full.ts";

/** A few more than an instance of the bench's size lets in: they knock all the time. */
const size = memoryShares(settings.memory).connections + 5;
const patience = 60;

export class Crowd {
	readonly #process: ChildProcess;

	private constructor(running: ChildProcess) {
		this.#process = running;
	}

	/** Returns when one of them was refused for want of a connection. */
	static async at(bench: Bench, { name, machine }: DatabaseInstance): Promise<Crowd> {
		const { passwords, ca } = bench.secrets;
		const to = { name, address: machine.address, port: 3306, identity: instanceHost(name, settings) };
		const options: CrowdOptions = { to, size, password: passwords.drill ?? "", ca };
		const file = join(bench.folder, `crowd-${name}.json`);
		await writeFile(file, JSON.stringify(options), { mode: 0o600 });
		const log = join(bench.folder, "log", `crowd-${name}.log`);
		await rm(log, { force: true });
		const command = [process.execPath, join(import.meta.dirname, "crowdClients.ts"), file];
		const env = { NODE_OPTIONS: "--no-warnings" };
		const crowd = new Crowd(start({ machine: clients, log, root: null, user: "0:0", mounts: {}, env, command }));
		const isFull = async () => (await readFile(log, "utf8")).includes(full);
		await until(`${name} has no connection left`, patience, isFull);
		return crowd;
	}

	async leave(): Promise<void> {
		const ended = once(this.#process, "exit");
		this.#process.kill("SIGKILL");
		await ended;
	}
}
