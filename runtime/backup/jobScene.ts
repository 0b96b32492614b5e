/** What a backup's job finds in its pod, and how it ends. */
import { readFile } from "node:fs/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { parseSettings, type Settings } from "../../objectives/settings.ts";
import { jobLog } from "../commands/jobLine.ts";
import { leaseStore } from "../failover/leaseStore.ts";
import { instanceHost } from "../instance/hostName.ts";
import { type JobPaths, jobPaths } from "../instance/jobPlace.ts";
import { readPassword } from "../instance/readPasswords.ts";
import type { BackupStore } from "./backupStore.ts";
import type { DonorAccess } from "./donorAccess.ts";
import { jobStores } from "./jobStores.ts";
import { type BackupKeys, checkBackupKeys } from "./keys.ts";
import type { Tell } from "./progress.ts";
import { turnLease, waitForTurn } from "./turn.ts";

export interface JobScene {
	readonly settings: Settings;
	readonly config: KubeConfig;
	readonly keys: BackupKeys;
	readonly stores: readonly BackupStore[];
	readonly paths: JobPaths;
	readonly tell: Tell;
	readonly signal: AbortSignal;
}

const apiMs = 5000;
const [MiB, GiB] = [2 ** 20, 2 ** 30];

/**
 * Does `work` when it is this job's turn, and says on standard output how far it is, and at last its result or its error.
 * SIGTERM ends it where it is.
 */
export async function runJob(work: (scene: JobScene) => Promise<unknown>): Promise<void> {
	const log = jobLog((line) => process.stdout.write(line));
	const stop = new AbortController();
	for (const name of ["SIGTERM", "SIGINT"] as const) {
		process.once(name, () => stop.abort(new Error(`ended by ${name}; the next run begins anew`)));
	}
	try {
		log.result(await inTurn(log.progress, stop.signal, work));
	} catch (error) {
		log.error(error);
		throw error;
	}
}

async function inTurn(tell: Tell, signal: AbortSignal, work: (scene: JobScene) => Promise<unknown>): Promise<unknown> {
	const paths = jobPaths;
	const settings = parseSettings(await readFile(paths.settings, "utf8"));
	const config = new KubeConfig();
	config.loadFromCluster();
	const { namespace, backup } = settings;
	const keys = checkBackupKeys(backup.keySecret, await readKeys(paths.backupKey));
	tell({ step: "waiting for its turn" });
	const lease = leaseStore({ config, namespace, name: turnLease, deadlineMs: apiMs });
	const turn = await waitForTurn(lease, process.env.POD_NAME ?? "backup", signal);
	try {
		const stores = await jobStores(settings, { config, namespace }, paths.volume);
		return await work({ settings, config, keys, stores, paths, tell, signal });
	} finally {
		await turn.end();
	}
}

async function readKeys(folder: string): Promise<Record<string, string>> {
	const read = (name: string) => readFile(`${folder}/${name}`, "utf8").catch(() => "");
	return { key: await read("key"), recoveryKey: await read("recoveryKey") };
}

/** @throws UserError naming the password that is missing */
export async function donorAccess({ settings, paths }: JobScene): Promise<DonorAccess> {
	const password = (account: "monitor" | "clone" | "backup") => readPassword(paths.credentials, account);
	const caFile = `${paths.tls}/ca.crt`;
	return {
		members: Array.from({ length: settings.members }, (_, n) => `mysql-${n}`),
		reach: (name) => ({ host: instanceHost(name, settings), port: 3306, adminPort: 33_062 }),
		caFile,
		ca: await readFile(caFile, "utf8"),
		passwords: {
			monitor: await password("monitor"),
			clone: await password("clone"),
			backup: await password("backup"),
		},
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
