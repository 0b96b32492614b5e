/** `mysql-dr job backup <kind>`: one backup, in its pod. */
import { UserError } from "../../objectives/error.ts";
import { FailedError } from "../exit.ts";
import { clusterStore } from "../failover/clusterStore.ts";
import { putBackWhatWasLeft } from "../snapshot/dirtyPages.ts";
import { type BackupKind, backupKinds } from "./entry.ts";
import { donorAccess, type JobScene, poolWithin, runJob } from "./jobScene.ts";
import { lastDonor } from "./lastDonor.ts";
import { runBackup } from "./runBackup.ts";
import { stillWanted } from "./stillWanted.ts";

const apiMs = 5000;

/** @throws UserError where there is no such kind */
export function runBackupJob(kind: string): Promise<void> {
	if (!isKind(kind)) {
		const remedy = `choose one of ${backupKinds.join(", ")}`;
		throw new UserError({ field: "kind", value: kind, wrong: `there is no backup of kind "${kind}"`, remedy });
	}
	return runJob((scene) => backup(scene, kind));
}

const isKind = (text: string): text is BackupKind => (backupKinds as readonly string[]).includes(text);

async function backup(scene: JobScene, kind: BackupKind) {
	const { settings, config, keys, stores, paths, tell, signal } = scene;
	const { cluster, namespace, backup: facilities } = settings;
	const kubernetes = clusterStore({ config, namespace, cluster, deadlineMs: apiMs });
	const { record } = await kubernetes.readRecord();
	if (record === null) throw new FailedError("the cluster has no record yet: there is nothing to back up");
	const access = await donorAccess(scene);
	await putBackWhatWasLeft(access);
	return runBackup({
		cluster,
		kind,
		volume: paths.volume,
		scratchBytes: facilities.scratchBytes,
		bufferPool: poolWithin(process.constrainedMemory()),
		keys,
		stores,
		access,
		record,
		// What reads everything goes round; the others take whoever lags least.
		last: kind === "full" ? await lastDonor(stores, cluster, kind) : undefined,
		onDamage: ({ instance, server }, text) => kubernetes.sayDamage(instance, { uuid: server, text }),
		wanted: await stillWanted(stores, { keys, folder: paths.volume, signal }, cluster, settings.plan.backup.retention),
		tell,
		signal,
	});
}
