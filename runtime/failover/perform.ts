/** From a decision to the act that carries it out. */
import { bootstrap } from "./bootstrapAct.ts";
import type { Action } from "./decide.ts";
import { failover } from "./failoverAct.ts";
import { promoteWithLoss } from "./giveUpAct.ts";
import { deadline, type Operation, recorded, requireLease } from "./operation.ts";
import { intactPrimary } from "./promote.ts";
import { type RebuildAccess, rebuild } from "./rebuildAct.ts";
import type { Answer, Request } from "./record.ts";
import { nextEpoch } from "./recordKeeper.ts";
import { refetch } from "./refetchAct.ts";
import type { Repair } from "./repair.ts";
import { rolloutStep } from "./rolloutAct.ts";
import { seed } from "./seedAct.ts";
import { copy } from "./seedCopyAct.ts";
import { settle } from "./settleAct.ts";
import { switchover } from "./switchoverAct.ts";
import { growVolumes, renewVolume, replaceVolume } from "./volumeAct.ts";
import { letIn, makeVolume } from "./volumeSourceAct.ts";

/** What an act needs besides the operation. */
export interface Means {
	readonly schemas: readonly string[];
	readonly access: RebuildAccess;
}

export async function perform(operation: Operation, action: Action, { schemas, access }: Means): Promise<void> {
	switch (action.do) {
		case "bootstrap":
			return bootstrap(operation, action.primary, action.reason);
		case "failover":
			return failover(operation, action);
		case "resume":
			return resume(operation, action.primary);
		case "switchover":
			return switched(operation, action);
		case "promote":
			return answered(operation, action.request, () => promoteWithLoss(operation, action.to, action.reason));
		case "answer":
			return answer(operation, action.request, "refused", action.refusal);
		case "publish":
			requireLease(operation);
			operation.log(`mysql-primary is pointed to ${action.primary} (${action.address})`);
			return operation.store.publish(action.primary, action.address);
		case "createSchemas":
			return createSchemas(operation, action.primary, schemas);
		case "rollout":
			return rolloutStep(operation, action.step);
		case "replaceVolume":
			return volumeReplaced(operation, action);
		case "makeVolume":
			return makeVolume(operation, action.name);
		case "growVolumes":
			return growVolumes(operation, action.step);
		case "renewVolume":
			return renewVolume(operation, action.step);
		case "renewed":
			return answer(operation, action.request, "done", "every instance has a volume, and is empty");
		case "seed":
			return seeded(operation, action, access);
		case "wait":
			return;
	}
}

export async function repairInstance(operation: Operation, access: RebuildAccess, repair: Repair): Promise<void> {
	if (repair.do === "rebuild") return rebuild(operation, access, repair);
	if (repair.do === "refetch") return refetch(operation, repair);
	if (repair.do === "copy") return copy(operation, access, repair);
	const ms = deadline(operation, operation.limits.statementMs);
	if (repair.do === "admit") {
		operation.log(`${repair.name} has caught up and counts from now on`);
		return operation.save((r) => ({ ...r, uuids: { ...r.uuids, [repair.name]: repair.uuid } }));
	}
	if (repair.do === "settle") return settle(operation, repair);
	const instance = await operation.instance(repair.name);
	operation.log(repair.do === "fence" ? `fencing ${repair.name}` : `${repair.name} follows ${repair.source}`);
	if (repair.do === "fence") return instance.fence(ms);
	// A clone brings its donor's replication settings along, without the relay log that they speak of.
	await letIn(operation, repair.name);
	if (repair.fresh) await instance.forgetSource(ms);
	return repair.behind ? instance.catchUp(repair.source, ms) : instance.follow(repair.source, ms);
}

function switched(operation: Operation, action: Extract<Action, { do: "switchover" }>): Promise<void> {
	const { to, reason, request } = action;
	const work = () => switchover(operation, to, reason);
	return request === null ? work() : answered(operation, request, work);
}

function volumeReplaced(operation: Operation, action: Extract<Action, { do: "replaceVolume" }>): Promise<void> {
	const { step, request } = action;
	const work = () => replaceVolume(operation, step);
	const done = () => `${step.name} gets a new volume`;
	return request === null ? work() : answered(operation, request, work, done);
}

/** A refusal is the answer; what was begun is told by the record's `seed`. */
async function seeded(
	operation: Operation,
	{ step, reason }: Extract<Action, { do: "seed" }>,
	access: RebuildAccess,
): Promise<void> {
	try {
		await seed(operation, access, step, reason);
	} catch (error) {
		if (step.step !== "begin" || (error as Error).name !== "RefusedError") throw error;
		await answer(operation, step.request, "refused", (error as Error).message);
	}
}

async function resume(operation: Operation, primary: string): Promise<void> {
	operation.log(`opening ${primary}, the recorded primary`);
	// A save that names another primary may still be under way; it must not land once this one is open.
	await operation.save(nextEpoch);
	const instance = await intactPrimary(operation);
	await instance.promote(deadline(operation, operation.limits.statementMs));
}

/** Their commits wait for an acknowledgement: a decision made sure that there is a replica to give it. */
async function createSchemas(operation: Operation, primary: string, schemas: readonly string[]): Promise<void> {
	const instance = await operation.instance(primary);
	await instance.createSchemas(schemas, deadline(operation, operation.limits.statementMs));
	operation.log(`databases made: ${schemas.join(", ")}`);
	await operation.save((record) => ({ ...record, schemasReady: true }));
}

async function answered(
	operation: Operation,
	request: Request,
	work: () => Promise<void>,
	done: () => string = () => newPrimary(operation),
): Promise<void> {
	try {
		await work();
	} catch (error) {
		const state = (error as Error).name === "RefusedError" ? "refused" : "failed";
		await answer(operation, request, state, (error as Error).message);
		throw error;
	}
	await answer(operation, request, "done", done());
}

function newPrimary(operation: Operation): string {
	const { term, primary } = recorded(operation);
	return `${primary} is the primary of term ${term}`;
}

async function answer(operation: Operation, request: Request, state: Answer["state"], message: string): Promise<void> {
	const at = operation.now().toISOString();
	await operation.save((record) => ({ ...record, request: { id: request.id, state, message, at } }));
}
