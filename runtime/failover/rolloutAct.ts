/** One step of a rolling update. */
import { contains } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import { RefusedError } from "./cancel.ts";
import { deadline, type Operation, recorded } from "./operation.ts";
import type { PodStep } from "./rollout.ts";

/** Before the next step or attempt. */
export const restMs = 5000;
/** For those that stay to get what the primary has now; one that replicates needs a fraction of it. */
const catchUpMs = 500;
const lookMs = 50;

export async function rolloutStep(operation: Operation, step: PodStep): Promise<void> {
	await othersHaveAll(operation, step.name);
	operation.log(`${step.name} is made anew: ${step.reason}`);
	return operation.statefulSet.replace(step.name, step.uid);
}

/**
 * A replica that has just come back counts as one that acknowledges while it is still sent what it missed. If it were
 * the only one left, writes would wait until it is through with that.
 *
 * @throws RefusedError where a replica that stays lacks something of the primary's
 */
export async function othersHaveAll(operation: Operation, gone: string): Promise<void> {
	const { clock, facts, limits } = operation;
	const { primary } = recorded(operation);
	const read = async (name: string) => {
		const instance = await operation.instance(name);
		return instance.read(deadline(operation, limits.statementMs));
	};
	const { executed } = await read(primary);
	const end = clock.now() + catchUpMs;
	for (const name of facts.members.filter((each) => each !== primary && each !== gone)) {
		while (!contains(held(await read(name)), executed)) {
			if (clock.now() > end) throw new RefusedError(`${name} is still catching up: ${gone} stays for now`);
			await clock.sleep(lookMs);
		}
	}
}
