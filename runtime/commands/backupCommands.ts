/** The commands of backups, archive and restores. */
import type { Command } from "commander";
import { clusterCommand } from "./context.ts";
import type { Run } from "./program.ts";

export function backupCommands(run: Run): Command[] {
	return [
		clusterCommand("backup", "make one more backup now: copied, booted, checked, stored")
			.argument("[kind]", "full, incremental or logical", "full")
			.action((kind, options) => run(async () => (await import("./backup.ts")).backup, options, kind)),
		clusterCommand("backups", "show what can be restored from, where it lies, and when that was last tried").action(
			(options) => run(async () => (await import("./backups.ts")).backups, options),
		),
		clusterCommand("archive", "show how far the archive reaches, and whom it follows")
			.argument("[what]", "status, which is all that there is", "status")
			.action((what, options) => run(async () => (await import("./archive.ts")).archive, options, what)),
		clusterCommand("backup-key", "show the keys of all backups, to a terminal only, or keep them in a file")
			.option("--export <file>", "write them to a new file that only you can read, and note that they are kept")
			.action((options) => run(async () => (await import("./backupKey.ts")).backupKey, options)),
	];
}
