/** A bench: API, three instances, three watchdogs; brought up once, made whole after each row, begun anew after a failed one. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CoordinationV1Api, CoreV1Api, DiscoveryV1Api, type KubeConfig } from "@kubernetes/client-node";
import { until } from "../../../local/site/waiting.ts";
import type { Progress } from "../../../local/step.ts";
import type { Duration } from "../../../objectives/index.ts";
import { type ClusterRecord, parseRecord } from "../../../runtime/failover/record.ts";
import type { Status } from "../../../runtime/failover/status.ts";
import { nullIfMissing } from "../../../runtime/kubernetes/nullIfMissing.ts";
import { type Addresses, folderPrefix, instances, own, watchdogs } from "./addresses.ts";
import { controlPlaneUp, createPod, namespace } from "./controlPlane.ts";
import { removeDisks, thawDisks } from "./disk.ts";
import { DatabaseInstance, hostsFile } from "./instance.ts";
import { healNetwork, killAllIn, networkDown, networkUp } from "./network.ts";
import { ensureRoots, type Roots } from "./roots.ts";
import { settings } from "./settings.ts";
import { Watchdog } from "./watchdog.ts";

export interface Secrets {
	readonly passwords: Readonly<Record<string, string>>;
	/** PEM text. */
	readonly ca: string;
}

/** Seconds until all is protected, on a machine that does much else. */
const patience = 60;

export class Bench {
	readonly folder: string;
	readonly roots: Roots;
	readonly config: KubeConfig;
	readonly instances: readonly DatabaseInstance[];
	readonly watchdogs: readonly Watchdog[];
	readonly secrets: Secrets;
	readonly core: CoreV1Api;
	#holdOff: Duration | undefined;

	private constructor(folder: string, roots: Roots, config: KubeConfig, secrets: Secrets, dogs: readonly Watchdog[]) {
		this.folder = folder;
		this.roots = roots;
		this.config = config;
		this.secrets = secrets;
		this.watchdogs = dogs;
		this.core = config.makeApiClient(CoreV1Api);
		this.instances = instances.map((machine) => new DatabaseInstance(machine, { folder, roots }));
	}

	/** @param given a bundle of the runtime to be tested instead of the checkout's */
	static async up(given: string | undefined, progress: Progress): Promise<Bench> {
		const folder = await mkdtemp(folderPrefix(own));
		try {
			return await Bench.#in(folder, given, progress);
		} catch (error) {
			// Interrupted, for instance: what is half up goes, too.
			await everythingDown(own);
			await rm(folder, { recursive: true, force: true });
			throw error;
		}
	}

	static async #in(folder: string, given: string | undefined, progress: Progress): Promise<Bench> {
		await chmod(folder, 0o755);
		await mkdir(join(folder, "log"));
		await mkdir(join(folder, "tmp"), { mode: 0o777 });
		await chmod(join(folder, "tmp"), 0o1777);
		const roots = await ensureRoots(folder, given, progress);
		await everythingDown(own);
		await networkUp();
		const config = await progress.step("etcd and kube-apiserver", () => controlPlaneUp(folder, roots));
		await made(folder, "settings");
		await declare(folder);
		await writeFile(join(folder, "hosts"), hostsFile());
		await writeAccount(folder, config);
		const dogs = watchdogs.map((machine) => new Watchdog(machine, { folder, roots }));
		for (const dog of dogs) dog.boot();
		const secrets = await progress.step("the watchdogs make the credentials", () => takeSecrets(folder, config));
		const bench = new Bench(folder, roots, config, secrets, dogs);
		await progress.step("three instances", () => bench.#first());
		await progress.step("protected", () => bench.protected());
		return bench;
	}

	/** Initialises the instances, and keeps what they are then to begin anew from. */
	async #first(): Promise<void> {
		await Promise.all(this.instances.map((each) => each.initialise()));
		for (const each of this.instances) await each.keepTemplate();
		for (const each of this.instances) each.start();
	}

	instance(name: string): DatabaseInstance {
		const found = this.instances.find((each) => each.name === name);
		if (found === undefined) throw new Error(`there is no instance ${name}`);
		return found;
	}

	async record(): Promise<ClusterRecord | null> {
		const map = await this.core.readNamespacedConfigMap({ name: "mysql-cluster", namespace }).catch(() => null);
		const text = map?.data?.["record.json"];
		return text === undefined ? null : parseRecord(text);
	}

	/** What the leading watchdog says; null when none does. */
	async status(): Promise<Status | null> {
		const all = await Promise.all(this.watchdogs.map((dog) => dog.status()));
		return all.find((status) => status !== null) ?? null;
	}

	/** Waits until one more failure would lose nothing, and the leader stands outside the primary's zone. */
	async protected(): Promise<Status> {
		return until("protected", patience, async () => {
			const status = await this.status();
			const primary = status?.instances.find(({ role }) => role === "primary");
			return status?.protected && status.watchdog.zone !== primary?.zone && status;
		});
	}

	/** Ends every fault; what was lost comes back, and is left to the watchdogs. */
	async heal(): Promise<void> {
		await healNetwork();
		for (const each of this.instances) {
			await each.disk.heal();
			await each.signal("SIGCONT");
			await each.release();
			if (!each.running) await each.boot();
		}
		for (const dog of this.watchdogs) {
			dog.signal("SIGCONT");
			if (!dog.running) dog.boot();
		}
	}

	/** The hold-off that the watchdogs were given; undefined where it is the bench's own. */
	get holdOff(): Duration | undefined {
		return this.#holdOff;
	}

	/** A new database: after a row that left the old one in an unknown state, or for one that wants another hold-off. */
	async anew(holdOff?: Duration): Promise<void> {
		await healNetwork();
		await thawDisks(own);
		await Promise.all([...this.watchdogs.map((dog) => dog.kill()), ...this.instances.map((each) => each.stop())]);
		// A mysqld that was only just started has told nobody its pid.
		for (const { machine } of this.instances) await killAllIn(machine.namespace);
		await this.#forget();
		await this.#newPods();
		await declare(this.folder, holdOff);
		this.#holdOff = holdOff;
		for (const each of this.instances) await each.restoreTemplate();
		await Promise.all(this.instances.map((each) => each.boot()));
		for (const dog of this.watchdogs) dog.boot();
		await this.protected();
	}

	async #forget(): Promise<void> {
		const lease = this.config.makeApiClient(CoordinationV1Api);
		const slices = this.config.makeApiClient(DiscoveryV1Api);
		const gone = [
			...["mysql-cluster", "mysql-request"].map((name) => this.core.deleteNamespacedConfigMap({ name, namespace })),
			lease.deleteNamespacedLease({ name: "mysql-watchdog", namespace }),
			slices.deleteNamespacedEndpointSlice({ name: "mysql-primary", namespace }),
		];
		// Not all of them need be there.
		await Promise.allSettled(gone);
	}

	/** A row that broke off may have left one that is going, or none. */
	async #newPods(): Promise<void> {
		for (const { machine } of this.instances) {
			await this.core
				.deleteNamespacedPod({ name: machine.name, namespace, gracePeriodSeconds: 0 })
				.catch(nullIfMissing);
			await createPod(this.core, machine, "database");
		}
	}

	/** Leaves no process, namespace or mount; the folder with the logs too unless it is to be kept. */
	async down(keep: boolean): Promise<void> {
		await everythingDown(own);
		if (!keep) await rm(this.folder, { recursive: true, force: true });
	}
}

/** A lane's: this run's and what an earlier one left. */
export async function everythingDown(lane: Addresses): Promise<void> {
	await thawDisks(lane);
	await networkDown(lane);
	await removeDisks(lane);
}

async function made(...parts: [string, ...string[]]): Promise<string> {
	const folder = join(...parts);
	await mkdir(folder, { recursive: true });
	return folder;
}

/** What the watchdogs are told; those that run already read it when they are started again. */
async function declare(folder: string, holdOff: Duration = settings.plan.failover.holdOff): Promise<void> {
	const failover = { ...settings.plan.failover, holdOff };
	const declared = { ...settings, plan: { ...settings.plan, failover } };
	await writeFile(join(folder, "settings", "settings.json"), JSON.stringify(declared));
}

/** What a pod finds at its service account. */
async function writeAccount(folder: string, config: KubeConfig): Promise<void> {
	const core = config.makeApiClient(CoreV1Api);
	const body = { spec: { audiences: [], expirationSeconds: 86_400 } };
	const { status } = await core.createNamespacedServiceAccountToken({ name: "mysql-watchdog", namespace, body });
	const account = await made(folder, "account");
	await writeFile(join(account, "token"), status?.token ?? "");
	await writeFile(join(account, "namespace"), namespace);
	const ca = Buffer.from(config.getCurrentCluster()?.caData ?? "", "base64");
	await writeFile(join(account, "ca.crt"), ca);
}

/** As the kubelet mounts them, once the watchdogs have made them. */
async function takeSecrets(folder: string, config: KubeConfig): Promise<Secrets> {
	const core = config.makeApiClient(CoreV1Api);
	const take = (name: string, to: string) =>
		until(`Secret ${name}`, 60, async () => {
			const { data = {} } = await core.readNamespacedSecret({ name, namespace });
			const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()] as const);
			for (const [key, text] of texts) await writeFile(join(await made(folder, to), key), text);
			return Object.fromEntries(texts);
		});
	const passwords = await take("mysql-credentials", "credentials");
	const tls = await take("mysql-tls", "tls");
	return { passwords, ca: tls["ca.crt"] ?? "" };
}
