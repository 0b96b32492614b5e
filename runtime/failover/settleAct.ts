/** An instance that has caught up in haste begins to sync what it is sent, and to acknowledge it. */
import { contains, type GtidSet } from "../mysql/gtidSet.ts";
import type { Instance } from "../mysql/instance.ts";
import { held } from "../mysql/reading.ts";
import { deadline, type Operation, type Timeline } from "./operation.ts";
import type { Repair } from "./repair.ts";

/**
 * What it has fetched until now is put on disk first (`Instance.follow`): otherwise it could acknowledge a transaction and,
 * after a crash, lack one before it. It need not have been applied: under a load that its applier only just bears it would
 * never be.
 */
export async function settle(operation: Operation, { name, source }: Extract<Repair, { do: "settle" }>): Promise<void> {
	const instance = await operation.instance(name);
	operation.log(`${name} has fetched what it lacked`);
	return instance.follow(source, deadline(operation, operation.limits.statementMs));
}

interface Awaited {
	readonly name: string;
	readonly source: string;
	/** All that its source has. */
	readonly executed: GtidSet;
	readonly timeline: Timeline;
}

/** What takes longer is left to later rounds: the leader looks at nothing else meanwhile. */
const patienceMs = 1000;
const lookMs = 20;

/** As `settle`, within the change of the primary: the first writes wait for this replica's acknowledgement. */
export async function settleSoon(operation: Operation, replica: Instance, awaited: Awaited): Promise<void> {
	const { name, source, executed, timeline } = awaited;
	const until = operation.clock.now() + patienceMs;
	const ms = () => deadline(operation, operation.limits.statementMs);
	while (!contains(held(await replica.read(ms())), executed)) {
		if (operation.clock.now() > until) return timeline.step(`${name} is still fetching what it lacked`, "follow");
		await operation.clock.sleep(lookMs);
	}
	await replica.follow(source, ms());
	timeline.step(`${name} has fetched what it lacked and acknowledges`, "follow");
}
