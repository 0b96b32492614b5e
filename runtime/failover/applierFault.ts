/** An applier that stops with an error however often it is started. Pure. */
import type { Facts } from "./decide.ts";
import type { Health } from "./view.ts";

/** `unreadable`: its own relay log, or what is noted of it. `refused`: a transaction that it cannot apply. */
export type ApplierFault = { readonly kind: "unreadable" | "refused"; readonly reason: string };

/**
 * ER_REPLICA_RLI_INIT_REPOSITORY and ER_REPLICA_RELAY_LOG_READ_FAILURE. The first is what a mysqld says for ever that was
 * killed within RESET REPLICA ALL, as at the end of a promotion (seen on 9.7.4).
 */
const ofRelayLog: readonly number[] = [13124, 13121];

/**
 * Of the machine (a full disk, memory) or of somebody's interruption: a copy would need the same disk, and these pass.
 * Lock waits and deadlocks are here too: the server itself has tried ten times (replica_transaction_retries).
 */
const passing: readonly number[] = [1021, 1026, 1030, 1037, 1038, 1041, 1053, 1114, 1135, 1205, 1213, 1317];

/** Null while it gets on, for less than the limit of a stall, and where waiting is all that helps. */
export function applierFault(
	{ reading, trend }: Extract<Health, { state: "readable" }>,
	facts: Pick<Facts, "stallLimitMs">,
): ApplierFault | null {
	const { applier } = reading;
	// Right after a start it shows no error yet; the next look sees it.
	if (applier === null || applier.running || applier.errno === 0) return null;
	if (trend.brokenMs < facts.stallLimitMs || passing.includes(applier.errno)) return null;
	const kind = ofRelayLog.includes(applier.errno) ? "unreadable" : "refused";
	return { kind, reason: `its applier cannot go on: ${applier.error} (${applier.errno})` };
}
