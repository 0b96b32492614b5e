/** A planned change of the primary: writers are drained first, and all is put back if it cannot finish. */
import { formatGtidSet, isEmpty } from "../mysql/gtidSet.ts";
import type { Instance } from "../mysql/instance.ts";
import { RefusedError } from "./cancel.ts";
import { surplus } from "./choose.ts";
import { deadline, type Operation, recorded, Timeline } from "./operation.ts";
import { type Handover, intactPrimary, open, recordDone, recordTerm, rotateLog, sendAway } from "./promote.ts";

export async function switchover(operation: Operation, to: string, reason: string): Promise<void> {
	const record = recorded(operation);
	const from = record.primary;
	const timeline = new Timeline(operation, {
		kind: "switchover",
		term: record.term,
		from,
		to,
		reason,
		gtidBefore: {},
		gtidAfter: "",
	});
	const [source, target] = await Promise.all([operation.instance(from), operation.instance(to)]);
	const handover = await drainOrUndo(operation, { source, target, to, timeline });
	await recordTerm(operation, handover);
	// The new primary opens first; ending the old one's sessions makes its clients come again.
	await open(operation, handover);
	await sendAway(timeline, from, () => source.fence(deadline(operation, operation.limits.statementMs)));
	await recordDone(operation, handover);
}

interface Parts {
	readonly source: Instance;
	readonly target: Instance;
	readonly to: string;
	readonly timeline: Timeline;
}

async function drainOrUndo(operation: Operation, parts: Parts): Promise<Handover> {
	try {
		return await drain(operation, parts);
	} catch (error) {
		parts.timeline.step(`undone: ${(error as Error).message}`, "undo");
		// Should this fail too, the next round sees a closed primary and opens it.
		const source = await intactPrimary(operation);
		await source.acceptWrites(deadline(operation, operation.limits.statementMs));
		throw new RefusedError(`put back: ${(error as Error).message}`);
	}
}

/** InnoDB shows what it showed before to whoever asks again within 100 ms (trx0i_s.cc). Writes go on meanwhile. */
const lookMs = 200;

/**
 * What is open now may finish first: a commit after writes are refused would fail. What begins later is not waited for,
 * or there would be no end to it, nor is a session that leaves its transaction open for longer than the limit.
 */
async function letFinish(operation: Operation, { source, timeline }: Parts): Promise<void> {
	const { clock, limits } = operation;
	const look = () => source.openTransactions(deadline(operation, limits.statementMs));
	const until = clock.now() + limits.drainMs;
	const atFirst = await look();
	let left = atFirst;
	while (left.size > 0 && clock.now() < until) {
		await clock.sleep(lookMs);
		left = new Set([...(await look())].filter((transaction) => atFirst.has(transaction)));
	}
	if (left.size > 0) timeline.step(`transactions that did not finish and are ended: ${left.size}`, "drain");
}

/** Within this the last writes are applied while clients notice that they are to go elsewhere. */
const nearMs = 50;

/**
 * Writes pause for as long as the target takes to apply the last of them, and under a load that its applier only just
 * bears it is now close behind and now a second. So a moment is waited for in which it is close; there may be none.
 */
async function letComeNear(operation: Operation, { source, target, to, timeline }: Parts): Promise<void> {
	const { clock, limits } = operation;
	const ms = () => deadline(operation, limits.statementMs);
	const until = clock.now() + limits.drainMs;
	while (clock.now() < until) {
		const { executed } = await source.read(ms());
		const asked = clock.now();
		if ((await target.applyUntil(executed, ms())) && clock.now() - asked < nearMs) return;
		await clock.sleep(nearMs);
	}
	timeline.step(`${to} does not come close in ${limits.drainMs} ms`, "drain");
}

async function drain(operation: Operation, parts: Parts): Promise<Handover> {
	const { source, target, to, timeline } = parts;
	const ms = (wanted = operation.limits.statementMs) => deadline(operation, wanted);
	await rotateLog(operation, parts);
	await letFinish(operation, parts);
	await letComeNear(operation, parts);
	await source.refuseWrites(ms(operation.limits.drainMs));
	timeline.step("the old primary refuses writes", "drain");
	const last = await source.read(ms());
	if (!(await target.applyUntil(last.executed, ms(operation.limits.drainMs)))) {
		throw new Error(`${to} did not catch up within ${operation.limits.drainMs} ms`);
	}
	timeline.step(`${to} has everything`, "catchUp");
	await target.stopReceiver(ms());
	const reading = await target.read(ms());
	if (!isEmpty(surplus(recorded(operation), reading))) {
		throw new Error(`${to} holds transactions that the cluster never had`);
	}
	// The old primary, too, before it is fenced: it lacks nothing, so that it can acknowledge the first writes at once, and
	// to switch semi-sync's source off takes up to a second (its ack receiver looks up that often; seen on 9.7.4).
	const followers = operation.facts.members.filter((name) => name !== to);
	const gtidBefore = { [recorded(operation).primary]: formatGtidSet(last.executed) };
	return { to, executed: reading.executed, uuid: reading.uuid, followers, timeline, more: { gtidBefore } };
}
