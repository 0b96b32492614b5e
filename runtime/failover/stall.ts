/**
 * A primary that answers and is useless: commits wait and none finishes, because its disk is full or does not answer, or
 * because no acknowledgement comes. Replicas and receivers look healthy meanwhile. Pure.
 */
import { isEmpty } from "../mysql/gtidSet.ts";
import { choose, isAdmitted, surplus } from "./choose.ts";
import type { Facts } from "./decide.ts";
import type { ClusterRecord } from "./record.ts";
import { type Health, type InstanceView, readable, type View } from "./view.ts";

export interface Stall {
	readonly reason: string;
	/** Why nobody may take over now; null when somebody may. */
	readonly obstacle: string | null;
}

type Answering = Extract<Health, { state: "readable" }>;

/** Null while commits finish, or for less than the limit. */
export function stallOf(view: View, record: ClusterRecord, facts: Facts, primary: Answering): Stall | null {
	const { stuckMs } = primary.trend;
	if (stuckMs < facts.stallLimitMs) return null;
	const waits = primary.reading.waitingCommits > 0;
	const what = waits ? "no acknowledgement comes" : "its disk is full or does not answer";
	const reason = `no commit finishes on the primary: ${what}`;
	const cause = waits ? slowReplica(view, record) : null;
	return { reason, obstacle: cause ?? obstacle(view, record, facts) };
}

/** True when its commits hang on its own disk: what writes there hangs too, and nothing can be acknowledged. */
export function hangs({ reading, trend }: Answering, facts: Facts): boolean {
	return trend.stuckMs >= facts.stallLimitMs && reading.waitingCommits === 0;
}

/**
 * A replica that is connected and does not acknowledge is what holds the commits up: its disk does not answer, or it is
 * still being sent a very large transaction. A new primary would wait for the same replica.
 */
function slowReplica(view: View, record: ClusterRecord): string | null {
	const connected = readable(view).find((i) => i.name !== record.primary && i.reading.receiver?.state === "on");
	return connected === undefined ? null : `${connected.name} is connected and acknowledges nothing`;
}

/**
 * The primary cannot be counted on to be stopped nor read later, so both replicas must be there: whatever was
 * acknowledged is on one of them. For as long as the stall, so that one that only just came back is connected first.
 */
function obstacle(view: View, record: ClusterRecord, facts: Facts): string | null {
	const replicas = view.instances.filter((i) => i.name !== record.primary);
	const unfit = replicas.find((i) => !isSound(i, record, facts));
	if (unfit !== undefined) return `${unfit.name} is not a replica on which one could rely`;
	const seen = readable(view).filter((i) => i.name !== record.primary);
	const choice = choose(record, facts.members, seen);
	return "refused" in choice ? choice.reason : null;
}

function isSound({ name, health, busy }: InstanceView, record: ClusterRecord, facts: Facts): boolean {
	if (health.state !== "readable" || busy !== null) return false;
	const lasting = health.trend.answersMs >= facts.stallLimitMs;
	return lasting && isAdmitted(record, name, health.reading) && isEmpty(surplus(record, health.reading));
}
