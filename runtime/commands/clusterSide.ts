/** What runs in pods; hidden from people. */
import { Command } from "commander";
import { restoreJobCommands } from "./restoreJobs.ts";

const inCluster = (name: string, description: string) => new Command(name).description(description);
const hidden = (command: Command) => Object.assign(command, { _hidden: true });

export function clusterSideCommands(): Command[] {
	return [
		hidden(inCluster("watchdog", "watch over one database (in the cluster)")).action(async () => {
			const { runWatchdog } = await import("../failover/watchdog.ts");
			await runWatchdog();
		}),
		hidden(inCluster("archiver", "bring the binary logs of one database into its stores (in the cluster)")).action(
			async () => {
				const { runArchiver } = await import("../archive/archiverProcess.ts");
				await runArchiver();
			},
		),
		hidden(inCluster("ledger", "write, and record every acknowledged write (in a drill's pod)")).action(async () => {
			const { runLedger } = await import("../drill/ledger.ts");
			await runLedger();
		}),
		hidden(inCluster("import-worker", "do the work of an import (in a pod of its own)"))
			.argument("<operation>", "what to do, as JSON")
			.action(async (operation: string) => {
				const { runImportWorker } = await import("../import/worker.ts");
				await runImportWorker(operation);
			}),
		hidden(inCluster("instance", "prepare a MySQL instance (in its pod)")).addCommand(
			inCluster("prepare", "write what mysqld needs into the run folder").action(async () => {
				const { prepare } = await import("../instance/prepare.ts");
				await prepare();
			}),
		),
		hidden(jobCommand()),
	];
}

/** Each says its progress and its end on standard output, a JSON document a line. */
function jobCommand(): Command {
	const job = inCluster("job", "do one piece of work with backups (in its pod)")
		.addCommand(
			inCluster("backup", "make a backup, prove it and store it")
				.argument("<kind>", "full, incremental or logical")
				.action(async (kind: string) => {
					const { runBackupJob } = await import("../backup/backupJob.ts");
					await runBackupJob(kind);
				}),
		)
		.addCommand(
			inCluster("care", "let go of what is no longer kept, verify and copy the rest").action(async () => {
				const { runCareJob } = await import("../backup/careJob.ts");
				await runCareJob();
			}),
		)
		.addCommand(
			inCluster("snapshot", "take a snapshot of a replica's volume, try it, and let go of old ones").action(
				async () => {
					const { runSnapshotJob } = await import("../snapshot/snapshotJob.ts");
					await runSnapshotJob();
				},
			),
		)
		.addCommand(
			inCluster("check-snapshot", "boot and check the data on this pod's volume")
				.argument("<name>", "the snapshot that the volume was made of")
				.action(async (name: string) => {
					const { runCheckSnapshotJob } = await import("../snapshot/checkJob.ts");
					await runCheckSnapshotJob(name);
				}),
		)
		.addCommand(
			inCluster("copy", "tell the restored copy that waits in this pod what to do")
				.argument("<do>", "status, resume, open or stop")
				.option("--to <target>", "up to where it resumes")
				.action(async (what: string, options: { readonly to?: string }) => {
					const { tellCopy } = await import("./tellCopy.ts");
					await tellCopy(what, options);
				}),
		);
	for (const command of restoreJobCommands()) job.addCommand(command);
	return job;
}
