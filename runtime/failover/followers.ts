/** How the replicas of a new primary are connected. */
import { contains } from "../mysql/gtidSet.ts";
import type { Instance } from "../mysql/instance.ts";
import { held, type Reading } from "../mysql/reading.ts";
import { isFarBehind } from "./haste.ts";
import { deadline, type Operation } from "./operation.ts";
import type { Handover } from "./promote.ts";

interface Follower {
	readonly replica: Instance;
	readonly source: string;
	readonly reading: Reading;
	/** Of one more statement. */
	readonly ms: () => number;
}

/** @throws Error when it must not, or cannot, follow now. */
async function follower(operation: Operation, name: string, { to }: Handover): Promise<Follower> {
	const replica = await operation.instance(name);
	const ms = () => deadline(operation, operation.limits.statementMs);
	const reading = await replica.read(ms());
	// A primary before that could not be closed yet: repairs fence it first.
	if (!reading.superReadOnly) throw new Error("it still accepts writes");
	return { replica, source: operation.facts.sourceHost(to), reading, ms };
}

/** A follower that does not answer now is connected by the next round's repairs. */
async function attempt(handover: Handover, name: string, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		handover.timeline.step(`${name} does not follow yet: ${(error as Error).message}`, "follow");
	}
}

export async function connect(operation: Operation, name: string, handover: Handover): Promise<void> {
	await attempt(handover, name, async () => {
		const { replica, source, reading, ms } = await follower(operation, name, handover);
		const hastily = reading.catchingUp || isFarBehind(reading, handover.executed);
		await (hastily ? replica.catchUp(source, ms()) : replica.follow(source, ms()));
		handover.timeline.step(`${name} follows ${handover.to}`, "follow");
	});
}

/** What takes longer is left to later rounds: writes are down meanwhile, and the leader looks at nothing else. */
const patienceMs = 1000;
const lookMs = 20;

/**
 * Of two replicas one may lack as much as the other one alone had acknowledged. It could not acknowledge the first write
 * before it has all that, and synced each event by itself; so it fetches that before the new primary opens, and syncs then.
 *
 * Before, since a receiver that has begun to acknowledge says nothing of what an earlier one fetched: the source counts
 * that as acknowledged when it sends the next event or heartbeat (repl_semi_after_send_event, skipSlaveReply).
 */
export async function fetchFirst(operation: Operation, name: string, handover: Handover): Promise<void> {
	await attempt(handover, name, async () => {
		const found = await follower(operation, name, handover);
		await found.replica.catchUp(found.source, found.ms());
		const all = await hasFetched(operation, found, handover);
		if (all) await found.replica.follow(found.source, found.ms());
		handover.timeline.step(`${name} ${all ? "has fetched" : "still fetches"} what it lacked`, "follow");
	});
}

async function hasFetched(operation: Operation, { replica, ms }: Follower, { executed }: Handover): Promise<boolean> {
	const until = operation.clock.now() + patienceMs;
	while (!contains(held(await replica.read(ms())), executed)) {
		if (operation.clock.now() > until) return false;
		await operation.clock.sleep(lookMs);
	}
	return true;
}
