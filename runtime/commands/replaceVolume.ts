/** `mysql-dr replace-volume`: a replica gets a new volume, a copy of another; the old one is kept aside. */
import { UserError } from "../../objectives/error.ts";
import type { Status } from "../failover/status.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import { answered } from "./askWatchdog.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface ReplaceVolumeOptions extends SharedOptions {
	readonly yes?: boolean;
}

export async function replaceVolume(context: Context, options: ReplaceVolumeOptions, name = ""): Promise<Result> {
	const access = clusterAccess(options);
	checkInstance(await leaderStatus(access), name);
	const question = `Give ${name} a new volume? It is a copy of another instance; the old volume is kept aside.`;
	if (!options.yes) await confirmed(context.terminal, question);
	const { request, record } = await answered(access, { kind: "replaceVolume", name }, context);
	const message = record.request?.message ?? "";
	const document = { id: request.id, state: "done", message, instance: name };
	const lines = [
		message,
		"the old volume is kept: kubectl get persistentvolumes -l mysql-dr/set-aside",
		"next: mysql-dr status --wait-protected",
	];
	return { exit: "done", document, lines };
}

/** The watchdog judges again; these answers are quicker and say what there is. */
function checkInstance({ instances, primary }: Status, name: string): void {
	const replicas = instances.map((i) => i.name).filter((each) => each !== primary);
	if (replicas.includes(name)) return;
	const isPrimary = name === primary;
	throw new UserError({
		field: "instance",
		value: name,
		wrong: isPrimary ? `${name} is the primary` : `there is no instance "${name}"`,
		remedy: `choose one of ${replicas.join(", ")}${isPrimary ? ", or move the primary first: mysql-dr switchover" : ""}`,
	});
}
