/** An instance throws away a relay log that it cannot read; it fetches from the primary again what it has not applied. */
import { RefusedError } from "./cancel.ts";
import { deadline, type Operation } from "./operation.ts";
import { forget, secure } from "./rebuildAct.ts";
import type { Repair } from "./repair.ts";

/**
 * What it acknowledged lies in what it cannot read: it counts for nothing until it has caught up with the primary, which
 * has all of that. Its next follow connects it anew.
 *
 * @throws RefusedError when the primary has changed since the decision, or nobody else holds what it goes on
 * acknowledging; the instance is left as it is.
 */
export async function refetch(
	operation: Operation,
	{ name, term, keeper, reason }: Extract<Repair, { do: "refetch" }>,
): Promise<void> {
	const ms = () => deadline(operation, operation.limits.statementMs);
	const instance = await operation.instance(name);
	if (keeper !== null) await secure(operation, { name, surplus: "" }, keeper);
	const { receiver } = await instance.read(ms());
	if (receiver !== null && receiver.state !== "off") throw new RefusedError(`${name} is connected again`);
	await forget(operation, name, term);
	operation.log(`${name} fetches anew what it has not applied: ${reason}`);
	await instance.forgetSource(ms());
}
