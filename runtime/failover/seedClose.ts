/** The primary is closed for a restored copy: what goes is complete then, and a replica has it for the archive to read. */
import type { GtidSet } from "../mysql/gtidSet.ts";
import type { Instance } from "../mysql/instance.ts";
import { LostLeaseError } from "./cancel.ts";
import { deadline, type Operation, recorded } from "./operation.ts";
import { note } from "./seedNotes.ts";

/** What is under way may finish, within the limits of a switchover; then it is ended: all of it is about to go. */
export async function closePrimary(operation: Operation): Promise<void> {
	const { primary } = recorded(operation);
	const instance = await operation.instance(primary);
	await handOut(operation, instance);
	await instance.fence(deadline(operation, operation.limits.statementMs));
	await note(operation, `${primary} is closed`, (s) => s);
}

/**
 * The receivers end before the fence ends the sessions that serve them: mysqld may crash where semi-sync listens to one
 * that is just being ended (SIGSEGV in SSL_pending below its ack receiver, seen on 9.7.4). None of it is a condition:
 * what a replica does not get here is with the old primary, which keeps its data to the last.
 */
async function handOut(operation: Operation, primary: Instance): Promise<void> {
	const { limits } = operation;
	try {
		await primary.refuseWrites(deadline(operation, limits.drainMs));
		const { executed } = await primary.read(deadline(operation, limits.statementMs));
		const replicas = operation.facts.members.filter((name) => name !== recorded(operation).primary);
		await Promise.all(replicas.map((name) => receive(operation, name, executed)));
		await unheard(operation, primary);
	} catch (error) {
		if (error instanceof LostLeaseError) throw error;
		operation.log(`not all was handed out before the fence: ${(error as Error).message}`);
	}
}

async function receive(operation: Operation, name: string, executed: GtidSet): Promise<void> {
	const replica = await operation.instance(name);
	await replica.applyUntil(executed, deadline(operation, operation.limits.drainMs));
	await replica.stopReceiver(deadline(operation, operation.limits.statementMs));
}

/** Between two looks. */
const lookMs = 100;

/** Until the primary has noticed that nobody acknowledges any more; it does with the next heartbeat. */
async function unheard(operation: Operation, primary: Instance): Promise<void> {
	const { clock, limits } = operation;
	for (const until = clock.now() + limits.statementMs; clock.now() < until; await clock.sleep(lookMs)) {
		const { ackers } = await primary.read(deadline(operation, limits.statementMs));
		if (ackers === 0) return;
	}
}
