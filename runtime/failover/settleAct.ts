/** An instance that has caught up in haste begins to sync what it is sent, and to acknowledge it. */
import { held } from "../mysql/reading.ts";
import { deadline, type Operation } from "./operation.ts";
import type { Repair } from "./repair.ts";

/**
 * What it has fetched until now may be lost with its node. It is applied first, which puts it on disk; where that takes
 * too long, it is thrown away and fetched again. Otherwise it could acknowledge a transaction and, after a crash, lack
 * one before it.
 */
export async function settle(operation: Operation, { name, source }: Extract<Repair, { do: "settle" }>): Promise<void> {
	const ms = () => deadline(operation, operation.limits.statementMs);
	const instance = await operation.instance(name);
	await instance.stopReceiver(ms());
	const applied = await instance.applyUntil(held(await instance.read(ms())), ms());
	operation.log(`${name} has fetched what it lacked${applied ? "" : " faster than it applies it: fetched again"}`);
	if (!applied) await instance.forgetSource(ms());
	return instance.follow(source, ms());
}
