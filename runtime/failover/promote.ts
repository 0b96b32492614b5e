/** The second half of every change of the primary: record, open, connect the others, move the clients. */
import { formatGtidSet, type GtidSet } from "../mysql/gtidSet.ts";
import type { Instance } from "../mysql/instance.ts";
import { RefusedError } from "./cancel.ts";
import { isIntact } from "./choose.ts";
import { connect, fetchFirst } from "./followers.ts";
import { deadline, type Operation, recorded, requireLease, type Timeline } from "./operation.ts";
import type { Change, Seed } from "./record.ts";

export interface Handover {
	readonly to: string;
	/** What the new primary has executed, all of it. */
	readonly executed: GtidSet;
	readonly uuid: string;
	/** The replicas that are to follow at once; others are connected by later repairs. */
	readonly followers: readonly string[];
	/** Those of them that lack much, where nobody else can acknowledge the first writes. */
	readonly behind?: readonly string[];
	readonly timeline: Timeline;
	readonly more?: Partial<Change>;
}

/** Its replicas find their place in a new log at once; without it they find it, too, only later. */
export async function rotateLog(
	operation: Operation,
	{ to, timeline }: Pick<Handover, "to" | "timeline">,
): Promise<void> {
	try {
		const next = await operation.instance(to);
		await next.rotateLog(deadline(operation, operation.limits.statementMs));
	} catch (error) {
		timeline.step(`${to} keeps its binary log: ${(error as Error).message}`);
	}
}

/** Writes the new term first: from then on every successor of this leader promotes the same instance. */
export async function recordTerm(operation: Operation, handover: Handover): Promise<void> {
	const { to, timeline } = handover;
	await operation.save((record) => ({
		...record,
		term: record.term + 1,
		primary: to,
		since: operation.now().toISOString(),
		uuids: { ...record.uuids, [to]: handover.uuid },
		gtidAtPromotion: formatGtidSet(handover.executed),
		lastChange: timeline.change({ term: record.term + 1, to, ...handover.more }),
		...(record.seed === undefined ? {} : { seed: overtaken(record.seed) }),
	}));
	timeline.step(`recorded term ${recorded(operation).term} with primary ${to}`, "record");
}

/**
 * The recorded primary, about to be opened. Its data may have been lost since it was last read: what is there then would
 * open as willingly, and its replicas would acknowledge what nobody could tell from an errant transaction. A session
 * belongs to one server process, so what is read by it is still true of what it opens.
 *
 * @throws RefusedError when it is not the instance that the record speaks of.
 */
export async function intactPrimary(operation: Operation): Promise<Instance> {
	const record = recorded(operation);
	const primary = await operation.instance(record.primary);
	if (isIntact(record, await primary.read(deadline(operation, operation.limits.statementMs)))) return primary;
	throw new RefusedError(`${record.primary} is not opened: its data directory is not the one of its term`);
}

/** An operator gave up what stood in its way: nothing of it goes on in another term. */
function overtaken(seed: Seed): Seed {
	const underWay = seed.state === "copying" || seed.state === "undoing";
	return underWay
		? { ...seed, state: "undone", message: seed.message || "another primary was chosen meanwhile" }
		: seed;
}

export async function open(operation: Operation, handover: Handover): Promise<void> {
	const { to, timeline, followers, behind = [] } = handover;
	await Promise.all(behind.map((name) => fetchFirst(operation, name, handover)));
	const primary = await intactPrimary(operation);
	await primary.promote(deadline(operation, operation.limits.statementMs));
	timeline.step(`${to} accepts writes`, "promote");
	// The clients are moved while the replicas connect: their first commits wait for an acknowledgement.
	const address = operation.addressOf(to);
	// A leader that stood still meanwhile must not move them back from where another one led them.
	requireLease(operation);
	const moved = address === null ? Promise.resolve() : operation.store.publish(to, address);
	const others = followers.filter((name) => !behind.includes(name));
	const connected = others.map((name) => connect(operation, name, handover));
	await moved;
	timeline.step(`mysql-primary points to ${to} (${address ?? "no address yet"})`, "publish");
	await Promise.all(connected);
}

/** The old primary may be about to go, or hang: what it does not do now, a later round's repairs do. */
export async function sendAway(timeline: Timeline, from: string, end: () => Promise<void>): Promise<void> {
	try {
		await end();
		timeline.step(`${from} ended its sessions`, "fence");
	} catch (error) {
		timeline.step(`${from} keeps its sessions for now: ${(error as Error).message}`, "fence");
	}
}

/** Completes the entry in the record: evidence, not a condition of anything. */
export async function recordDone(operation: Operation, handover: Handover): Promise<void> {
	await operation.save((record) => ({
		...record,
		lastChange: handover.timeline.finished({
			term: record.term,
			to: handover.to,
			gtidAfter: formatGtidSet(handover.executed),
			...handover.more,
		}),
	}));
}
