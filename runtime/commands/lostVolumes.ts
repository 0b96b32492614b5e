/** A database of which every volume is lost: what is known to be gone with them, and new volumes to restore into. */

import { inSeconds } from "../../objectives/duration.ts";
import { UserError } from "../../objectives/error.ts";
import type { Settings } from "../../objectives/settings.ts";
import type { Status } from "../failover/status.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { type ArchiveStatus, archiveStatus } from "../kubernetes/archiverStatus.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import { count, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import { seconds } from "../terminal/seconds.ts";
import { answered } from "./askWatchdog.ts";
import type { Context } from "./context.ts";

/** What is lost at most, as far as anybody can still tell. */
export interface KnownLoss {
	/** When the newest archived transaction was committed; null where the archiver does not say. ISO 8601. */
	readonly archivedThrough: string | null;
	/** When the primary was last seen open, and which it was; null where the watchdog that leads never saw it. */
	readonly lastOpenAt: string | null;
	readonly primary: string | null;
	/** Transactions that it had then and the archive has not; null where either is not known. */
	readonly transactions: number | null;
}

/** A volume is made, a pod started and a server initialised, three times over on a busy machine. */
const renewalMs = 900_000;

/** @throws UserError where the database goes on: nothing is lost that this would bring back */
export async function checkLost(access: ClusterAccess): Promise<{ readonly status: Status; readonly loss: KnownLoss }> {
	const status = await leaderStatus(access);
	const open = status.instances.find(({ role, ready }) => role === "primary" && ready);
	if (open !== undefined) {
		throw new UserError({
			field: "--into",
			value: "new-volumes",
			wrong: `${open.name} is the primary, and open`,
			remedy: "a running database is restored --into in-place; one replica's volume: mysql-dr replace-volume",
		});
	}
	const archived = await archiveStatus(access).catch(() => null);
	return { status, loss: knownLoss(status, archived) };
}

export function knownLoss({ lastOpen }: Pick<Status, "lastOpen">, archived: ArchiveStatus | null): KnownLoss {
	const lacks =
		lastOpen === null || archived === null
			? null
			: count(subtract(parseGtidSet(lastOpen.gtidExecuted), parseGtidSet(archived.throughGtid)));
	return {
		archivedThrough: archived?.throughAt ?? null,
		lastOpenAt: lastOpen?.at ?? null,
		primary: lastOpen?.instance ?? null,
		transactions: lacks,
	};
}

/** For people, before anything is done and after. */
export function lossLines(loss: KnownLoss, { plan }: Pick<Settings, "plan">): string[] {
	const { archivedThrough, lastOpenAt, primary, transactions } = loss;
	const interval = seconds(inSeconds(plan.backup.archiveFlushInterval));
	const archive =
		archivedThrough === null ? "the archiver does not say how far it came" : `archived through ${archivedThrough}`;
	if (transactions === null || lastOpenAt === null) {
		return [archive, `what was acknowledged after that is lost; the archive is stored every ${interval}`];
	}
	const seen = `${primary} was last seen open at ${lastOpenAt}`;
	if (transactions === 0) return [archive, `${seen}: all that it had then is in the archive`];
	return [archive, `${seen}: ${transactions} transactions that it had then are not in the archive, and are lost`];
}

/** How each instance stands, for whoever is to agree. */
export function instanceLines({ instances }: Status): string[] {
	return instances.map(({ name, role, reason, gtidExecuted }) => {
		const holds = gtidExecuted === null ? (reason ?? "it does not answer") : `holds ${gtidExecuted || "nothing"}`;
		return `${name} is ${role}: ${holds}`;
	});
}

/**
 * Each instance that is gone for good gets a new volume; its old one is kept aside.
 * @throws Refusal where any instance has data, FailedError when they are not all there in time
 */
export async function renewVolumes(access: ClusterAccess, context: Context): Promise<void> {
	const { record } = await answered(access, { kind: "renewVolumes", acceptLoss: true }, context, renewalMs);
	context.terminal.note(record.request?.message ?? "");
	context.terminal.note("old volumes are kept: kubectl get persistentvolumes -l mysql-dr/set-aside");
}
