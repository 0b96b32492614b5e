/** One watchdog: the bundle's own `watchdog` command, which believes that it runs in a pod. */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Status } from "../../../runtime/failover/status.ts";
import { api, type Machine } from "./addresses.ts";
import { apiPort } from "./controlPlane.ts";
import { ended } from "./ended.ts";
import type { Given } from "./instance.ts";
import { signalled } from "./network.ts";
import { start } from "./process.ts";
import { settings } from "./settings.ts";

export class Watchdog {
	readonly machine: Machine;
	readonly #given: Given;
	#process: ChildProcess | null = null;

	constructor(machine: Machine, given: Given) {
		this.machine = machine;
		this.#given = given;
	}

	get name(): string {
		return this.machine.name;
	}

	get running(): boolean {
		return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
	}

	/** @param more environment variables */
	boot(more: Readonly<Record<string, string>> = {}): void {
		const { folder, roots } = this.#given;
		this.#process = start({
			machine: this.machine,
			log: join(folder, "log", `${this.name}.log`),
			root: roots.image,
			user: "999:999",
			mounts: {
				[join(folder, "settings")]: "/etc/mysql-dr/settings",
				[join(folder, "account")]: "/run/secrets/kubernetes.io/serviceaccount",
				[join(folder, "tmp")]: "/tmp",
				[roots.bundle]: "/usr/lib/mysql-dr/mysql-dr.mjs",
			},
			env: {
				POD_NAME: this.name,
				POD_NAMESPACE: settings.namespace,
				POD_IP: this.machine.address,
				NODE_NAME: this.machine.zone ?? "",
				KUBERNETES_SERVICE_HOST: api.address,
				KUBERNETES_SERVICE_PORT: String(apiPort),
				...more,
			},
			command: ["node", "/usr/lib/mysql-dr/mysql-dr.mjs", "watchdog"],
		});
	}

	/** @returns whether there was a process to signal. */
	signal(signal: NodeJS.Signals): boolean {
		return this.#process?.pid !== undefined && signalled(this.#process.pid, signal);
	}

	async kill(): Promise<void> {
		const pid = this.#process?.pid;
		this.signal("SIGKILL");
		if (pid !== undefined) await ended(pid, 10);
		this.#process = null;
	}

	/** As the kubelet ends a pod: SIGTERM, and until it is gone. */
	async stop(): Promise<void> {
		const pid = this.#process?.pid;
		if (pid !== undefined && this.signal("SIGTERM")) await ended(pid, 15);
	}

	/** Whether it could lead: it has its credentials and reached the API. */
	async ready(): Promise<boolean> {
		const url = `http://${this.machine.address}:8080/readyz`;
		const answer = await fetch(url, { signal: AbortSignal.timeout(500) }).catch(() => null);
		return answer?.ok === true;
	}

	/** What it says as the leader; null when another leads or it does not answer. */
	async status(): Promise<Status | null> {
		const url = `http://${this.machine.address}:8080/status`;
		const answer = await fetch(url, { signal: AbortSignal.timeout(500) }).catch(() => null);
		return answer?.ok === true ? ((await answer.json()) as Status) : null;
	}
}
