/** `mysql-dr job validate`: the test of a restore, in its pod. */
import { join } from "node:path";
import { chooseDonor } from "../backup/donor.ts";
import { donorSession, readMembers } from "../backup/donorAccess.ts";
import { donorAccess, type JobScene, poolWithin, runJob } from "../backup/jobScene.ts";
import { BrokenPromise, FailedError } from "../exit.ts";
import { clusterStore } from "../failover/clusterStore.ts";
import { validate } from "./validation.ts";
import { storeReport, type ValidationReport, validationReport } from "./validationEvidence.ts";

const apiMs = 5000;

/** @throws BrokenPromise where the restored copy is not what the database holds; its report is stored and said all the same */
export async function runValidateJob(): Promise<void> {
	const reports: ValidationReport[] = [];
	await runJob(async (scene) => {
		const report = await validateInPod(scene);
		reports.push(report);
		return report;
	});
	for (const { verdict, differences, checks } of reports) {
		if (verdict === "held") continue;
		const tables = differences.map(({ table, why }) => `${table}: ${why}`);
		const failed = checks.filter(({ held }) => !held).map(({ name, found }) => `check ${name}: ${found}`);
		throw new BrokenPromise(`the restored copy is not what the database holds: ${[...tables, ...failed].join("; ")}`);
	}
}

async function validateInPod(scene: JobScene): Promise<ValidationReport> {
	const { settings, config, keys, stores, paths, tell, signal } = scene;
	const { cluster, namespace } = settings;
	const { record } = await clusterStore({ config, namespace, cluster, deadlineMs: apiMs }).readRecord();
	if (record === null) throw new FailedError("the cluster has no record yet: there is nothing to compare with");
	const access = await donorAccess(scene);
	const { instance, role } = chooseDonor(record, await readMembers(access));
	if (role !== "replica") throw new FailedError("there is no replica that a restored copy could be compared with");
	const session = await donorSession(access, instance, "backup");
	const notes: string[] = [];
	try {
		const validation = await validate({
			cluster,
			stores,
			key: keys.key,
			folder: join(paths.volume, "validation"),
			bufferPool: poolWithin(process.constrainedMemory()),
			report: tell,
			onNote: (note) => notes.push(note),
			signal,
			replica: { name: instance, session },
			checks: settings.backup.checks,
		});
		const report = validationReport(cluster, new Date(), validation);
		notes.push(
			...(await storeReport(
				report,
				stores.map(({ objects }) => objects),
			)),
		);
		for (const message of notes) tell({ step: "noted", message });
		return report;
	} finally {
		session.close();
	}
}
