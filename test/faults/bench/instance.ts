/** One MySQL instance, run by the very scripts that its pod would run. */
import type { ChildProcess } from "node:child_process";
import { chown, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { instanceHost } from "../../../runtime/instance/hostName.ts";
import { instances, type Machine } from "./addresses.ts";
import { run } from "./command.ts";
import { Disk } from "./disk.ts";
import { ended } from "./ended.ts";
import { signalled } from "./network.ts";
import { complete, type Program, start } from "./process.ts";
import type { Roots } from "./roots.ts";
import { settings } from "./settings.ts";

const owner = 999;
/** InnoDB's. */
const page = 16_384;
/** As the pod is declared with. */
const leaveSeconds = (2 * settings.plan.failover.drainLimit) / 1000 + 15;
const stopSeconds = 60;

/** Shared by all instances: settings, passwords, certificates, names. */
export interface Given {
	readonly folder: string;
	readonly roots: Roots;
}

export class DatabaseInstance {
	readonly machine: Machine;
	/** The volume's own, where a row made one. */
	readonly disk: Disk;
	readonly #given: Given;
	#starter: ChildProcess | null = null;

	constructor(machine: Machine, given: Given) {
		this.machine = machine;
		this.#given = given;
		this.disk = new Disk(this.#folder("volume"));
	}

	get name(): string {
		return this.machine.name;
	}

	get socket(): string {
		return join(this.#folder("run"), "mysqld.sock");
	}

	/** mysqld's data directory. */
	get data(): string {
		return join(this.#folder("volume"), "data");
	}

	get log(): string {
		return join(this.#given.folder, "log", `${this.name}.log`);
	}

	/** The container `mysql` runs: mysqld does, or waits to be started. */
	get running(): boolean {
		return this.#starter !== null && this.#starter.exitCode === null && this.#starter.signalCode === null;
	}

	/** As the pod does: prepare, initialise (where there is no data), start. */
	async boot(): Promise<void> {
		await this.initialise();
		this.start();
	}

	async initialise(): Promise<void> {
		for (const name of ["run", "volume", "volumes", "tmp"]) await this.#owned(this.#folder(name));
		await rm(join(this.#folder("run"), "hold"), { force: true });
		await complete(this.#program(["node", "/usr/lib/mysql-dr/mysql-dr.mjs", "instance", "prepare"]));
		await complete(this.#program(["sh", "/run/mysql-dr/initialise.sh"]));
	}

	start(): void {
		this.#starter = start(this.#program(["sh", "/run/mysql-dr/start.sh"]));
	}

	/** mysqld's process; null while there is none. */
	async pid(): Promise<number | null> {
		const text = await readFile(join(this.#folder("run"), "mysqld.pid"), "utf8").catch(() => "");
		return text === "" ? null : Number(text);
	}

	/** @returns whether there was a mysqld to signal. */
	async signal(signal: NodeJS.Signals): Promise<boolean> {
		const pid = await this.pid();
		return pid !== null && signalled(pid, signal);
	}

	/** Keeps mysqld from starting once it has ended. */
	async hold(): Promise<void> {
		await writeFile(join(this.#folder("run"), "hold"), "");
	}

	async release(): Promise<void> {
		await rm(join(this.#folder("run"), "hold"), { force: true });
	}

	/** SIGKILL, with the order to stay down. */
	async killForGood(): Promise<void> {
		await this.#endForGood("SIGKILL", 10);
	}

	/** With all that it has written out, and the order to stay down. */
	async shutDown(): Promise<void> {
		await this.#endForGood("SIGTERM", stopSeconds);
	}

	async #endForGood(signal: NodeJS.Signals, seconds: number): Promise<void> {
		await this.hold();
		const pid = await this.pid();
		await this.signal(signal);
		if (pid !== null) await ended(pid, seconds);
	}

	/** The whole container ends, mysqld with it. */
	async stop(): Promise<void> {
		const starter = this.#starter;
		this.#starter = null;
		const mysqld = await this.pid();
		// A stopped process takes no signal but these two.
		if (starter?.pid !== undefined) signalled(starter.pid, "SIGKILL");
		if (mysqld !== null && signalled(mysqld, "SIGKILL")) await ended(mysqld, 10);
		await rm(join(this.#folder("run"), "mysqld.pid"), { force: true });
	}

	/** As the kubelet ends a pod: the hook, then SIGTERM, and until all is gone. */
	async leave(): Promise<void> {
		await complete(this.#program(["sh", "/run/mysql-dr/leave.sh", `${leaveSeconds}`]));
		await this.terminate();
	}

	/** SIGTERM to the container, and until all is gone: what takes longer than a pod has is killed. */
	async terminate(): Promise<void> {
		const pid = this.#starter?.pid;
		if (pid !== undefined && signalled(pid, "SIGTERM")) await ended(pid, stopSeconds).catch(() => this.stop());
	}

	/** The readiness probe of its pod. */
	async answers(): Promise<boolean> {
		const query = ["mysql", "--defaults-file=/run/mysql-dr/probe.cnf", "-NBe", "SELECT 1"];
		return complete(this.#program(query)).then(
			() => true,
			() => false,
		);
	}

	async loseData(): Promise<void> {
		await run("rm", ["-rf", this.data]);
	}

	/** Overwrites pages of a table, all but those that say what it is. @param table `schema.name` */
	async damageTable(table: string): Promise<void> {
		const file = await open(join(this.data, `${table.replace(".", "/")}.ibd`), "r+");
		const { size } = await file.stat();
		for (let at = 4 * page; at < size; at += page) await file.write(Buffer.alloc(512, 0xa5), 0, 512, at + 1000);
		await file.close();
	}

	/** The pod's next volume is another one, empty; nobody looks at the one before any more. */
	async newVolume(): Promise<void> {
		await this.disk.leave();
		await run("rm", ["-rf", this.#folder("volume")]);
		await this.#owned(this.#folder("volume"));
	}

	/** What lies on a volume that was made of a snapshot, and which volume the pod is told that this is. */
	async copyVolume(data: string, id: string): Promise<void> {
		await run("cp", ["--archive", "--reflink=auto", data, this.data]);
		await this.#owned(this.#folder("volumes"));
		await writeFile(join(this.#folder("volumes"), this.name), id);
	}

	/** Keeps a copy of the data of an instance that is down, to begin anew from. */
	async keepTemplate(): Promise<void> {
		await run("cp", ["--archive", "--reflink=auto", this.#folder("volume"), this.#folder("template")]);
	}

	async restoreTemplate(): Promise<void> {
		await this.disk.remove();
		await run("rm", ["-rf", this.#folder("volume")]);
		await run("cp", ["--archive", "--reflink=auto", this.#folder("template"), this.#folder("volume")]);
	}

	#folder(name: string): string {
		return join(this.#given.folder, this.name, name);
	}

	async #owned(folder: string): Promise<void> {
		await mkdir(folder, { recursive: true });
		await chown(folder, owner, owner);
	}

	#program(command: readonly string[]): Program {
		const { folder, roots } = this.#given;
		return {
			machine: this.machine,
			log: this.log,
			root: roots.image,
			user: "999:999",
			mounts: {
				[this.#folder("run")]: "/run/mysql-dr",
				[this.#folder("volume")]: "/var/lib/mysql-dr",
				[this.#folder("volumes")]: "/etc/mysql-dr/volumes",
				[this.#folder("tmp")]: "/tmp",
				[join(folder, "settings")]: "/etc/mysql-dr/settings",
				[join(folder, "credentials")]: "/etc/mysql-dr/credentials",
				[join(folder, "tls")]: "/etc/mysql-dr/tls",
				[join(folder, "hosts")]: "/etc/hosts",
				[roots.bundle]: "/usr/lib/mysql-dr/mysql-dr.mjs",
			},
			env: { POD_NAME: this.name, POD_NAMESPACE: settings.namespace, POD_IP: this.machine.address },
			command,
		};
	}
}

/** What the cluster's DNS would say. */
export function hostsFile(): string {
	const lines = instances.map(({ name, address }) => `${address} ${instanceHost(name, settings)}`);
	return ["127.0.0.1 localhost", ...lines, ""].join("\n");
}
