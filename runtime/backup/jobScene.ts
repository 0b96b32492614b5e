/** What a backup's job finds in its pod, and how it ends. */
import { readFile } from "node:fs/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { parseSettings, type Settings } from "../../objectives/settings.ts";
import { jobLog } from "../commands/jobLine.ts";
import { leaseStore } from "../failover/leaseStore.ts";
import { instanceHost } from "../instance/hostName.ts";
import { type JobPaths, jobPaths } from "../instance/jobPlace.ts";
import { readPassword } from "../instance/readPasswords.ts";
import { ownCluster } from "../kubernetes/pooledKubeConfig.ts";
import type { BackupStore } from "./backupStore.ts";
import type { DonorAccess, MemberAccess } from "./donorAccess.ts";
import { jobStores } from "./jobStores.ts";
import { type BackupKeys, checkBackupKeys } from "./keys.ts";
import type { Tell } from "./progress.ts";
import { turnLease, waitForTurn } from "./turn.ts";

/** What every job finds. */
export interface PodScene {
	readonly settings: Settings;
	readonly paths: JobPaths;
	readonly tell: Tell;
	readonly signal: AbortSignal;
}

/** What one finds that works with the stores. */
export interface JobScene extends PodScene {
	readonly config: KubeConfig;
	readonly keys: BackupKeys;
	readonly stores: readonly BackupStore[];
}

const apiMs = 5000;
const [MiB, GiB] = [2 ** 20, 2 ** 30];

/** Does `work` when it is this job's turn, with the stores open. */
export function runJob(work: (scene: JobScene) => Promise<unknown>): Promise<void> {
	return runPodJob(async (scene) => {
		const { settings, paths } = scene;
		const config = ownCluster();
		const { namespace, backup } = settings;
		const keys = checkBackupKeys(backup.keySecret, await readKeys(paths.backupKey));
		return inTurn(scene, config, async () => {
			const stores = await jobStores(settings, { config, namespace }, paths.volume);
			return work({ ...scene, config, keys, stores });
		});
	});
}

/**
 * Does `work`, and says on standard output how far it is, and at last its result or its error. SIGTERM ends it where it is.
 */
export async function runPodJob(work: (scene: PodScene) => Promise<unknown>): Promise<void> {
	const log = jobLog((line) => process.stdout.write(line));
	const stop = new AbortController();
	for (const name of ["SIGTERM", "SIGINT"] as const) {
		process.once(name, () => stop.abort(new Error(`ended by ${name}; the next run begins anew`)));
	}
	try {
		const settings = parseSettings(await readFile(jobPaths.settings, "utf8"));
		log.result(await work({ settings, paths: jobPaths, tell: log.progress, signal: stop.signal }));
	} catch (error) {
		log.error(error);
		throw error;
	}
}

/** One job after the other. */
export async function inTurn<T>(scene: PodScene, config: KubeConfig, work: () => Promise<T>): Promise<T> {
	const { settings, tell, signal } = scene;
	tell({ step: "waiting for its turn" });
	const lease = leaseStore({ config, namespace: settings.namespace, name: turnLease, deadlineMs: apiMs });
	const turn = await waitForTurn(lease, process.env.POD_NAME ?? "backup", signal);
	try {
		return await work();
	} finally {
		await turn.end();
	}
}

async function readKeys(folder: string): Promise<Record<string, string>> {
	const read = (name: string) => readFile(`${folder}/${name}`, "utf8").catch(() => "");
	return { key: await read("key"), recoveryKey: await read("recoveryKey") };
}

/** @throws UserError naming the password that is missing */
export async function donorAccess(scene: PodScene): Promise<DonorAccess> {
	const access = await memberAccess(scene);
	const clone = await readPassword(scene.paths.credentials, "clone");
	return { ...access, passwords: { ...access.passwords, clone } };
}

/** @throws UserError naming the password that is missing */
export async function memberAccess({ settings, paths }: PodScene): Promise<MemberAccess> {
	const password = (account: "monitor" | "backup") => readPassword(paths.credentials, account);
	const caFile = `${paths.tls}/ca.crt`;
	return {
		members: Array.from({ length: settings.members }, (_, n) => `mysql-${n}`),
		reach: (name) => ({ host: instanceHost(name, settings), port: 3306, adminPort: 33_062 }),
		caFile,
		ca: await readFile(caFile, "utf8"),
		passwords: { monitor: await password("monitor"), backup: await password("backup") },
	};
}

/**
 * A part of what this container may take, for the buffer pool of a mysqld in it: the rest is for mysqld itself (measured:
 * 310 MiB), for us, and for pages of files. Without a limit, little.
 */
export function poolWithin(limit: number): number {
	if (limit <= 0 || limit > 4096 * GiB) return 256 * MiB;
	return Math.max(64 * MiB, Math.floor((limit - 640 * MiB) / 2 / MiB) * MiB);
}
