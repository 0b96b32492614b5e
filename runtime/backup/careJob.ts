/** `mysql-dr job care`: the stored backups are kept in order, in its pod. */
import { assertSound, care } from "./care.ts";
import { runJob } from "./jobScene.ts";

/** @param at ISO 8601 */
export const careEvidenceKey = (cluster: string, at: string): string => `evidence/backups/${cluster}/${at}.json`;

export function runCareJob(): Promise<void> {
	return runJob(async ({ settings, keys, stores, paths, tell, signal }) => {
		const { cluster, plan } = settings;
		const now = new Date();
		const context = { keys, folder: paths.volume, signal };
		const report = await care({ cluster, stores, context, retention: plan.backup.retention, now, tell });
		const evidence = Buffer.from(`${JSON.stringify(report, null, "\t")}\n`);
		const key = careEvidenceKey(cluster, report.at);
		const kept = await Promise.allSettled(stores.map(({ objects }) => objects.put(key, evidence, "once")));
		assertSound(report);
		return { ...report, evidence: kept.some(({ status }) => status === "fulfilled") ? key : null };
	});
}
