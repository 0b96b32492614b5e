/** An instance that has caught up in haste begins to sync what it is sent, and to acknowledge it. */
import { contains } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import { deadline, type Operation, recorded } from "./operation.ts";
import type { Repair } from "./repair.ts";

/**
 * What it has fetched until now is put on disk first (`Instance.follow`): otherwise it could acknowledge a transaction and,
 * after a crash, lack one before it. It need not have been applied: under a load that its applier only just bears it would
 * never be.
 *
 * Both are asked anew, the primary first: of two readings of which the other one is the older, a replica would under load
 * always lack something.
 */
export async function settle(operation: Operation, { name, source }: Extract<Repair, { do: "settle" }>): Promise<void> {
	const ms = () => deadline(operation, operation.limits.statementMs);
	const primary = await operation.instance(recorded(operation).primary);
	const { executed } = await primary.read(ms());
	const instance = await operation.instance(name);
	if (!contains(held(await instance.read(ms())), executed)) return;
	operation.log(`${name} has fetched what it lacked`);
	return instance.follow(source, ms());
}
