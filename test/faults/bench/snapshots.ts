/** Snapshots on a bench: the real job, the real kinds in the API, and a storage that is played: it copies a volume while its mysqld stands still. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiextensionsV1Api, type V1CustomResourceDefinition } from "@kubernetes/client-node";
import { parse } from "yaml";
import { until } from "../../../local/site/waiting.ts";
import { type Api, kubernetesApi } from "../../../runtime/kubernetes/api.ts";
import { snapshotAnnotations, type VolumeSnapshotObject } from "../../../runtime/snapshot/snapshot.ts";
import { type SnapshotStore, snapshotStore } from "../../../runtime/snapshot/snapshotStore.ts";
import { api as apiMachine, clients } from "./addresses.ts";
import type { Bench } from "./bench.ts";
import { run } from "./command.ts";
import { apiPort, namespace } from "./controlPlane.ts";
import { complete, type Program, start } from "./process.ts";
import { settings } from "./settings.ts";

const all = `/apis/snapshot.storage.k8s.io/v1/namespaces/${namespace}/volumesnapshots`;
const patience = 60;
const lookMs = 50;

export class PlayedStorage {
	readonly #bench: Bench;
	readonly #api: Api;
	readonly store: SnapshotStore;
	readonly #end = new AbortController();
	readonly #seen = new Set<string>();
	#playing: Promise<void> = Promise.resolve();
	/** Whether it makes what it is asked for. */
	works = true;
	/** From when it is asked until it does. */
	slowMs = 0;

	private constructor(bench: Bench) {
		this.#bench = bench;
		this.#api = kubernetesApi(bench.config);
		this.store = snapshotStore({ api: this.#api, namespace, cluster: settings.cluster });
	}

	/** From here on snapshots are made. */
	static async on(bench: Bench): Promise<PlayedStorage> {
		const storage = new PlayedStorage(bench);
		await storage.#define();
		await mkdir(storage.#folder(), { recursive: true });
		storage.#playing = storage.#play();
		return storage;
	}

	/** Names of all that were ever asked for. */
	get asked(): readonly string[] {
		return [...this.#seen];
	}

	/** Where a copy is, as an instance's volume: `data` lies in it. */
	copy(name: string): string {
		return this.#folder(name);
	}

	/** The one that is there; throws where there is none or more. */
	async only(): Promise<VolumeSnapshotObject> {
		const found = await this.store.list();
		const [only] = found;
		if (only === undefined || found.length > 1) throw new Error(`there are ${found.length} snapshots`);
		return only;
	}

	async end(): Promise<void> {
		this.#end.abort();
		await this.#playing;
		for (const { metadata } of await this.store.list()) await this.store.letGo(metadata?.name ?? "");
		await rm(this.#folder(), { recursive: true, force: true });
	}

	async #define(): Promise<void> {
		const definitions = this.#bench.config.makeApiClient(ApiextensionsV1Api);
		for (const file of this.#bench.roots.snapshotCrds) {
			const body = parse(await readFile(file, "utf8")) as V1CustomResourceDefinition;
			await definitions.createCustomResourceDefinition({ body }).catch((error: { code?: number }) => {
				// An earlier row's.
				if (error.code !== 409) throw error;
			});
		}
		await until("the snapshot kinds are served", patience, async () => (await this.store.list()).length === 0);
	}

	async #play(): Promise<void> {
		const stopped = () => this.#end.signal.aborted;
		for (; !stopped(); await sleep(lookMs)) {
			const waiting = (await this.store.list().catch(() => [])).filter(({ status }) => !status?.creationTime);
			for (const { metadata } of waiting) this.#seen.add(metadata?.name ?? "");
			for (const object of this.works ? waiting : []) await this.#make(object).catch(() => {});
		}
	}

	/** Atomic: nothing is written meanwhile. */
	async #make({ metadata, spec }: VolumeSnapshotObject): Promise<void> {
		const name = metadata?.name ?? "";
		const instance = this.#bench.instance((spec?.source?.persistentVolumeClaimName ?? "").replace(/^data-/, ""));
		await sleep(this.slowMs);
		await instance.signal("SIGSTOP");
		try {
			await mkdir(this.#folder(name), { recursive: true });
			await run("cp", ["--archive", "--reflink=auto", instance.data, this.#folder(name)]);
			await run("chown", ["999:999", this.#folder(name)]);
		} finally {
			await instance.signal("SIGCONT");
		}
		const status = { creationTime: new Date().toISOString(), readyToUse: true };
		await this.#api.text(`${all}/${name}/status`, { method: "PATCH", body: { status } });
	}

	#folder(name = ""): string {
		return join(this.#bench.folder, "snapshots", name);
	}
}

/** `mysql-dr job …`, as its pod would run it, beside the clients. */
export class SnapshotJob {
	readonly #process: ChildProcess;
	readonly #log: string;

	private constructor(program: Program) {
		this.#log = program.log;
		this.#process = start(program);
	}

	/** Takes a snapshot; with nobody to try it, it ends once the snapshot is ready. */
	static async begin(bench: Bench, name: string): Promise<SnapshotJob> {
		const folder = join(bench.folder, "snapshot-settings");
		await mkdir(folder, { recursive: true });
		const declared = { ...settings, snapshots: { snapshotClass: "played" } };
		await writeFile(join(folder, "settings.json"), JSON.stringify(declared));
		return new SnapshotJob(program(bench, name, ["snapshot"], { [folder]: "/etc/mysql-dr/settings" }));
	}

	/** To its end, and what it said last. */
	async ended(): Promise<string> {
		if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, "exit");
		return (
			(await readFile(this.#log, "utf8"))
				.trimEnd()
				.split("\n")
				.findLast((line) => line.startsWith("{")) ?? ""
		);
	}

	/** As the kernel does it: nothing is put back. */
	async kill(): Promise<void> {
		this.#process.kill("SIGKILL");
		await this.ended();
	}
}

/** What `mysql-dr job check-snapshot` says of a copy. */
export async function checked(bench: Bench, storage: PlayedStorage, name: string) {
	const one = program(bench, `check-${name}`, ["check-snapshot", name], { [storage.copy(name)]: "/var/lib/mysql-dr" });
	await complete(one);
	const last = (await readFile(one.log, "utf8")).trimEnd().split("\n").at(-1) ?? "";
	return (JSON.parse(last) as { result: { fault: string | null; gtidExecuted: string } }).result;
}

function program(bench: Bench, name: string, args: readonly string[], mounts: Program["mounts"]): Program {
	const { folder, roots } = bench;
	return {
		machine: clients,
		log: join(folder, "log", `${name}.log`),
		root: roots.image,
		user: "999:999",
		mounts: {
			[join(folder, "settings")]: "/etc/mysql-dr/settings",
			[join(folder, "credentials")]: "/etc/mysql-dr/credentials",
			[join(folder, "tls")]: "/etc/mysql-dr/tls",
			[join(folder, "hosts")]: "/etc/hosts",
			[join(folder, "account")]: "/run/secrets/kubernetes.io/serviceaccount",
			[join(folder, "tmp")]: "/tmp",
			[roots.bundle]: "/usr/lib/mysql-dr/mysql-dr.mjs",
			...mounts,
		},
		env: {
			POD_NAME: name,
			POD_NAMESPACE: namespace,
			KUBERNETES_SERVICE_HOST: apiMachine.address,
			KUBERNETES_SERVICE_PORT: String(apiPort),
		},
		command: ["node", "/usr/lib/mysql-dr/mysql-dr.mjs", "job", ...args],
	};
}

/** What is written on a snapshot. */
export const writtenOn = ({ metadata }: VolumeSnapshotObject, key: keyof typeof snapshotAnnotations): string =>
	metadata?.annotations?.[snapshotAnnotations[key]] ?? "";
