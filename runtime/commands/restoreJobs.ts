/** What restores do in pods; hidden from people. */
import { Command } from "commander";

const inCluster = (name: string, description: string) => new Command(name).description(description);

/** Below `mysql-dr job`. Each says its progress and its end on standard output, a JSON document a line. */
export function restoreJobCommands(): Command[] {
	return [
		inCluster("restore", "make a copy of the database as it was at a target")
			.requiredOption("--to <target>", "latest, a time with its zone, or one GTID")
			.option("--pause", "keep the copy up, read-only, until it is told otherwise")
			.option("--serve", "keep it up so that it can be cloned and logged in to")
			.option("--only <table>", "bring one table or schema into the running primary, under a new name")
			.option("--as <name>", "which name")
			.option("--from <cluster>", "another database of the same stores")
			.option("--snapshot <facts>", "the snapshot that the volume was made from, as JSON")
			.action(async (options) => {
				const { runRestoreJob } = await import("../restore/restoreJob.ts");
				await runRestoreJob(options);
			}),
		inCluster("clone", "serve the clone on this pod's volume")
			.requiredOption("--snapshot <facts>", "the snapshot that the volume was made from, as JSON")
			.option("--keep-accounts", "leave the user's own accounts open")
			.option("--events", "let the copy's events run")
			.action(async (options) => {
				const { runClone } = await import("../clone/runClone.ts");
				await runClone(options);
			}),
		inCluster("clone-expiry", "delete the clone that this pod belongs to, when its time is over").action(async () => {
			const { runExpiry } = await import("../clone/expireClone.ts");
			await runExpiry();
		}),
		inCluster("validate", "restore the newest backup and the archive, and compare them with a replica").action(
			async () => {
				const { runValidateJob } = await import("../restore/validateJob.ts");
				await runValidateJob();
			},
		),
	];
}
