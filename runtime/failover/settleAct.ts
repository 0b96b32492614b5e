/** An instance that has caught up in haste begins to sync what it is sent, and to acknowledge it. */
import { held } from "../mysql/reading.ts";
import { deadline, type Operation } from "./operation.ts";
import { forget, secure } from "./rebuildAct.ts";
import type { Repair } from "./repair.ts";

/**
 * What it has fetched until now may be lost with its node. It is applied first, which puts it on disk: otherwise it could
 * acknowledge a transaction and, after a crash, lack one before it. Where that takes too long, it is thrown away and
 * fetched again. Some of it may have been acknowledged, by the same instance before it crashed: so another replica must
 * have all of it; without one the instance goes on as it was, and is asked again later.
 *
 * @throws RefusedError where the keeper does not have what this instance has, or the primary has changed since the
 * decision; its receiver is stopped then, and the next decision connects it.
 */
export async function settle(operation: Operation, repair: Extract<Repair, { do: "settle" }>): Promise<void> {
	const { name, source, term, keeper } = repair;
	const ms = () => deadline(operation, operation.limits.statementMs);
	const instance = await operation.instance(name);
	await instance.stopReceiver(ms());
	if (await instance.applyUntil(held(await instance.read(ms())), ms())) {
		operation.log(`${name} has fetched what it lacked`);
	} else if (keeper === null) {
		operation.log(`${name} has fetched what it lacked faster than it applies it, and nobody else may have it`);
		return instance.catchUp(source, ms());
	} else {
		await secure(operation, { name, surplus: "" }, keeper);
		await forget(operation, name, term);
		operation.log(`${name} has fetched what it lacked faster than it applies it: fetched again`);
		await instance.forgetSource(ms());
	}
	return instance.follow(source, ms());
}
