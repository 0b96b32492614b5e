/** `mysql-dr switchover`: asks the watchdog, which alone moves the primary, and follows what it does. */
import { UserError } from "../../objectives/error.ts";
import type { Status } from "../failover/status.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { askWatchdog } from "./askWatchdog.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface SwitchoverOptions extends SharedOptions {
	readonly to?: string;
	readonly yes?: boolean;
}

export async function switchover({ terminal, signal }: Context, options: SwitchoverOptions): Promise<Result> {
	const access = clusterAccess(options);
	const before = await leaderStatus(access);
	checkTarget(before, options.to);
	if (!options.yes) await agree(terminal, before, options.to);
	const wish = { kind: "switchover" as const, ...(options.to === undefined ? {} : { to: options.to }) };
	return askWatchdog(access, wish, before.primary, { terminal, signal });
}

/** The watchdog judges again; these answers are quicker and say what there is. */
function checkTarget({ instances, primary }: Status, to: string | undefined): void {
	if (to === undefined) return;
	const others = instances.map(({ name }) => name).filter((name) => name !== primary);
	if (others.includes(to)) return;
	const wrong = to === primary ? `${to} is the primary already` : `there is no instance "${to}"`;
	throw new UserError({ field: "--to", value: to, wrong, remedy: `choose one of ${others.join(", ")}` });
}

async function agree(terminal: Terminal, { primary }: Status, to: string | undefined): Promise<void> {
	await confirmed(
		terminal,
		`Move the primary from ${primary ?? "nobody"} to ${to ?? "the replica that is best placed"}?`,
	);
}
