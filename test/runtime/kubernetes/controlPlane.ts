/** A real etcd, kube-apiserver and kube-controller-manager on this machine's own address, for what a fake API cannot show: no nodes. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { credentialsOf, writeKubeconfig } from "../../../local/site/kubeconfig.ts";
import { layoutOf } from "../../../local/site/layout.ts";
import { ensureKeys } from "../../../local/site/pki.ts";
import { flags } from "../../../local/site/plan.ts";
import { silent } from "../../../local/step.ts";
import { type Entry, entryFolder } from "../../../local/tools/cache.ts";
import { goEntry } from "../../../local/tools/go.ts";
import { findOnPath } from "../../../local/tools/onPath.ts";
import { clusterTools } from "../../../local/tools/recipes.ts";
import { crdsEntry, nodeRootEntry } from "../../../local/tools/tools.ts";
import { accessTo, type ClusterAccess } from "../../../runtime/kubernetes/access.ts";
import { freePort, until } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";

export interface ControlPlanePrograms {
	readonly kube: string;
	readonly etcd: string;
	readonly snapshotController: string;
	/** Folder of the definitions of snapshots. */
	readonly snapshotCrds: string;
}

/** Those of the local site. Undefined where they were never built: then there is nothing to test with. */
export async function controlPlanePrograms(): Promise<ControlPlanePrograms | undefined> {
	if (findOnPath("go") === undefined) return undefined;
	const built = async (name: string) => {
		const tool = clusterTools.find((one) => one.name === name);
		return tool === undefined ? "" : join(await entryFolder(await goEntry(tool, silent)), name);
	};
	const folder = (entry: Entry) => entryFolder(entry);
	const found = {
		kube: await built("kube"),
		etcd: join(await folder(nodeRootEntry(silent)), "root", "usr", "bin", "etcd"),
		snapshotController: await built("snapshot-controller"),
		snapshotCrds: await folder(crdsEntry()),
	};
	return Object.values(found).every((path) => existsSync(path)) && runs(found.etcd) ? found : undefined;
}

/** It is another system's program. */
function runs(program: string): boolean {
	try {
		execFileSync(program, ["--version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

const loopback = "127.0.0.1";

export class ControlPlane {
	readonly kubeconfig: string;
	readonly server: string;
	readonly #programs: ControlPlanePrograms;
	readonly #folder: string;
	readonly #keys: string;
	readonly #running: ChildProcess[] = [];

	private constructor(programs: ControlPlanePrograms, folder: string, server: string) {
		this.#programs = programs;
		this.#folder = folder;
		this.#keys = join(folder, "keys");
		this.kubeconfig = join(folder, "kubeconfig");
		this.server = server;
	}

	/** With the kinds of snapshots, and their controller. */
	static async up(programs: ControlPlanePrograms): Promise<ControlPlane> {
		const port = await freePort();
		const plane = new ControlPlane(programs, temporary("control-plane"), `https://${loopback}:${port}`);
		const layout = layoutOf("control-plane", 0, "local-1", ["zone-a"]);
		await ensureKeys(plane.#keys, { ...layout, control: { ...layout.control, address: loopback } });
		for (const [file, client] of [
			["kubeconfig", "admin"],
			["controllers", "controller-manager"],
		] as const) {
			const credentials = await credentialsOf(plane.#keys, client, plane.server);
			await writeKubeconfig(join(plane.#folder, file), "test", client, credentials);
		}
		try {
			await plane.#start(port);
		} catch (error) {
			await plane.down();
			throw error;
		}
		return plane;
	}

	access(namespace: string): ClusterAccess {
		const config = new KubeConfig();
		config.loadFromFile(this.kubeconfig);
		return accessTo(config, namespace);
	}

	async down(): Promise<void> {
		for (const child of this.#running.reverse()) {
			if (child.exitCode !== null || child.signalCode !== null) continue;
			child.kill("SIGKILL");
			await once(child, "exit");
		}
	}

	async #start(port: number): Promise<void> {
		const etcd = await this.#etcd();
		const key = (file: string) => join(this.#keys, file);
		this.#kube("kube-apiserver", {
			"etcd-servers": etcd,
			"bind-address": loopback,
			"advertise-address": loopback,
			// An endpoint may not be of this machine alone.
			"endpoint-reconciler-type": "none",
			"secure-port": port,
			"service-cluster-ip-range": "10.96.0.0/16",
			"authorization-mode": "RBAC",
			"client-ca-file": key("ca.crt"),
			"tls-cert-file": key("apiserver.crt"),
			"tls-private-key-file": key("apiserver.key"),
			"service-account-issuer": "https://kubernetes.default.svc.cluster.local",
			"service-account-key-file": key("sa.pub"),
			"service-account-signing-key-file": key("sa.key"),
			profiling: false,
		});
		const { api } = this.access("default");
		await until("the API answers", async () => (await api.text("/readyz")) === "ok");
		await this.#applyCrds();
		this.#kube("kube-controller-manager", {
			kubeconfig: join(this.#folder, "controllers"),
			"leader-elect": false,
			"use-service-account-credentials": true,
			"root-ca-file": key("ca.crt"),
			"service-account-private-key-file": key("sa.key"),
			// It would wait for addresses of nodes, and there are none.
			controllers: "*,-node-ipam-controller,-node-lifecycle-controller,-cloud-node-lifecycle-controller",
			"secure-port": 0,
			profiling: false,
		});
		const options = { kubeconfig: this.kubeconfig, "leader-election": false };
		this.#run(this.#programs.snapshotController, "snapshot-controller", flags(options));
		const account = "/api/v1/namespaces/default/serviceaccounts/default";
		await until("the controllers work", async () => (await api.text(account)) !== "");
	}

	async #etcd(): Promise<string> {
		const [client, peer] = [`http://${loopback}:${await freePort()}`, `http://${loopback}:${await freePort()}`];
		this.#run(
			this.#programs.etcd,
			"etcd",
			flags({
				"data-dir": join(this.#folder, "etcd"),
				"listen-client-urls": client,
				"advertise-client-urls": client,
				"listen-peer-urls": peer,
				"initial-advertise-peer-urls": peer,
				"initial-cluster": `default=${peer}`,
				"unsafe-no-fsync": true,
				"log-level": "warn",
			}),
		);
		return client;
	}

	async #applyCrds(): Promise<void> {
		const { api } = this.access("default");
		const kinds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
		for (const file of await readdir(this.#programs.snapshotCrds)) {
			const body = parse(await readFile(join(this.#programs.snapshotCrds, file), "utf8"));
			await api.text(kinds, { method: "POST", body });
		}
		const contents = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents";
		await until("the snapshot kinds are served", async () => (await api.text(contents)) !== "");
	}

	#kube(name: string, options: Parameters<typeof flags>[0]): void {
		this.#run(this.#programs.kube, name, flags(options));
	}

	/** The programs of Kubernetes are one that looks at how it is called. */
	#run(program: string, name: string, args: readonly string[]): void {
		const log = openSync(join(this.#folder, `${name}.log`), "a");
		const child = spawn(program, [...args], {
			argv0: name,
			stdio: ["ignore", log, log],
			env: { PATH: process.env.PATH },
		});
		const kill = () => void child.kill("SIGKILL");
		process.once("exit", kill);
		child.once("exit", () => process.removeListener("exit", kill));
		this.#running.push(child);
	}
}
