/** `mysql-dr promote`: the way out where the watchdog refuses because an acknowledged write may be lost. */
import { UserError } from "../../objectives/error.ts";
import { Refusal } from "../exit.ts";
import type { InstanceStatus, Status } from "../failover/status.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import { askWatchdog } from "./askWatchdog.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface PromoteOptions extends SharedOptions {
	readonly acceptLoss?: boolean;
	readonly yes?: boolean;
}

export async function promote(context: Context, options: PromoteOptions, to = ""): Promise<Result> {
	const access = clusterAccess(options);
	const before = await leaderStatus(access);
	const target = checked(before, to);
	for (const line of whatMayBeLost(before, target)) context.terminal.note(line);
	if (!options.acceptLoss) {
		throw new Refusal(
			"acknowledged writes may be lost for good",
			"bring back what is missing, or add --accept-loss if it will never come back",
		);
	}
	if (!options.yes) await confirmed(context.terminal, `Make ${to} the primary and give up what it does not hold?`);
	return askWatchdog(access, { kind: "promote", to, acceptLoss: true }, before.primary, context);
}

function checked({ instances, primary }: Status, to: string): InstanceStatus {
	const others = instances.filter(({ name }) => name !== primary);
	const target = others.find(({ name }) => name === to);
	if (target !== undefined) return target;
	const wrong = to === primary ? `${to} is the primary already` : `there is no instance "${to}"`;
	const remedy = `choose one of ${others.map(({ name }) => name).join(", ")}`;
	throw new UserError({ field: "instance", value: to, wrong, remedy });
}

function whatMayBeLost({ instances, doing }: Status, target: InstanceStatus): string[] {
	const others = instances.filter(({ name }) => name !== target.name);
	const missing = others.filter(({ gtidExecuted }) => gtidExecuted === null);
	return [
		`the watchdog: ${doing}`,
		`${target.name} holds ${target.gtidExecuted ?? "nothing that can be read"}`,
		...others.flatMap(({ name, gtidExecuted }) => (gtidExecuted === null ? [] : [`${name} holds ${gtidExecuted}`])),
		...missing.map(({ name }) => `${name} cannot be read: what it alone holds is given up, acknowledged or not`),
		"what another instance holds beyond the new primary is saved as SQL when it is back, and the instance cloned anew",
	];
}
