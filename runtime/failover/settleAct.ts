/** An instance that has caught up in haste begins to sync what it is sent, and to acknowledge it. */
import { deadline, type Operation } from "./operation.ts";
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
