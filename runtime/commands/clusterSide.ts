/** What runs in pods; hidden from people. */
import { Command } from "commander";

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
		hidden(inCluster("instance", "prepare a MySQL instance (in its pod)")).addCommand(
			inCluster("prepare", "write what mysqld needs into the run folder").action(async () => {
				const { prepare } = await import("../instance/prepare.ts");
				await prepare();
			}),
		),
	];
}
