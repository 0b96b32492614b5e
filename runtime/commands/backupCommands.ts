/** The commands of backups, archive and restores. */
import type { Command } from "commander";
import { clusterCommand } from "./context.ts";
import type { Run } from "./program.ts";

export function backupCommands(run: Run): Command[] {
	return [
		clusterCommand("backup", "make one more backup now: copied, booted, checked, stored")
			.argument("[kind]", "full, incremental or logical", "full")
			.action((kind, options) => run(async () => (await import("./backup.ts")).backup, options, kind)),
		clusterCommand("backups", "show what can be restored from, where it lies, and when that was last tried")
			.option(
				"--stores <file>",
				"ask the stores alone (a file of mysql-dr stores --export): for when the cluster is gone",
			)
			.action((options) => run(async () => (await import("./backups.ts")).backups, options)),
		clusterCommand("snapshot", "take one more snapshot now, of a replica that stands still for it, and try it").action(
			(options) => run(async () => (await import("./snapshot.ts")).snapshot, options),
		),
		clusterCommand("snapshots", "show the snapshots that a database can be made of, and whether each was tried").action(
			(options) => run(async () => (await import("./snapshots.ts")).snapshots, options),
		),
		clusterCommand("stores", "show where backups and archive go")
			.option("--check", "write, read and list an object in each, and see that it keeps what it is to keep")
			.option("--export <file>", "write where they are and what opens them to a new file that only you can read")
			.action((options) => run(async () => (await import("./stores.ts")).stores, options)),
		clusterCommand("archive", "show how far the archive reaches, and whom it follows")
			.argument("[what]", "status, which is all that there is", "status")
			.action((what, options) => run(async () => (await import("./archive.ts")).archive, options, what)),
		clusterCommand("restore", "the database as it was: beside it, a part of it under another name, or in its place")
			.argument("[action]", "for a copy that is there: status, resume, open or discard")
			.option("--to <target>", "latest, a time with its zone, or one GTID")
			.option("--into <place>", "scratch, in-place, new, new-volumes, or folder:PATH (default: scratch)")
			.option("--from-snapshot [name]", "begin with a snapshot (default: the newest that fits) instead of a backup")
			.option("--pause", "leave the copy read-only, so that it can be looked at and taken further")
			.option("--only <schema.table>", "only this table, or this schema, into the running database")
			.option("--as <schema.table>", "what it is called there (default: <schema>_restored)")
			.option("--stores <file>", "with folder: where the stores are, and what opens them")
			.option("--key-file <file>", "with folder: the key of the backups, or the recovery key")
			.option("-y, --yes", "do not ask")
			.action((action, options) =>
				run(
					async () =>
						action === undefined
							? (await import("./restore.ts")).restore
							: (await import("./restoredCopy.ts")).restoredCopy,
					options,
					action,
				),
			),
		clusterCommand("validate", "try a restore now, and compare the copy with a replica").action((options) =>
			run(async () => (await import("./validate.ts")).validate, options),
		),
		clusterCommand("backup-key", "show the keys of all backups, to a terminal only, or keep them in a file")
			.option("--export <file>", "write them to a new file that only you can read, and note that they are kept")
			.option("--import <file>", "give a database made anew the keys of such a file")
			.option("-y, --yes", "do not ask")
			.action((options) => run(async () => (await import("./backupKey.ts")).backupKey, options)),
	];
}
