/** An unplanned change of the primary, step by step as docs/failover.md numbers them. */
import { contains, formatGtidSet, isEmpty, subtract } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import { RefusedError } from "./cancel.ts";
import { type Choice, choose } from "./choose.ts";
import type { Action } from "./decide.ts";
import { isFarBehind } from "./haste.ts";
import { deadline, type Operation, recorded, Timeline } from "./operation.ts";
import { type Handover, open, recordDone, recordTerm, rotateLog, sendAway } from "./promote.ts";
import { type Readable, readable } from "./view.ts";

type Failover = Omit<Extract<Action, { do: "failover" }>, "do">;

export async function failover(operation: Operation, { from, reason, stalled }: Failover): Promise<void> {
	const record = recorded(operation);
	const timeline = new Timeline(operation, {
		kind: "failover",
		term: record.term,
		from,
		to: "",
		reason,
		gtidBefore: {},
		gtidAfter: "",
	});
	timeline.step(`${from} is lost: ${reason}`, "detect");
	const seen = await revokeAcknowledgements(operation, stalled);
	timeline.step(`acknowledgements revoked on ${seen.map((i) => i.name).join(", ")}`, "revoke");
	const choice = chosen(choose(record, operation.facts.members, seen));
	timeline.step(`chose ${choice.chosen}`, "choose");
	await catchUp(operation, choice);
	timeline.step(`${choice.chosen} applied all that it holds`, "catchUp");
	const handover = await prepare(operation, choice, seen, timeline);
	refuseGain(choice, handover);
	await Promise.all([recordTerm(operation, handover), rotateLog(operation, handover)]);
	await open(operation, handover);
	if (stalled) await shutOut(operation, from, timeline);
	await recordDone(operation, handover);
}

/**
 * From here on the old primary cannot acknowledge a commit: that is the fence. Read again
 * afterwards: only what is held once the receivers stand still is final.
 */
export async function revokeAcknowledgements(operation: Operation, stalled: boolean): Promise<Readable[]> {
	// What waits on a stalled primary was never acknowledged, and fencing it would wait as well.
	const seen = readable(operation.view).filter((i) => !stalled || i.name !== recorded(operation).primary);
	return Promise.all(
		seen.map(async ({ name, zone }) => {
			const instance = await operation.instance(name);
			const isPrimary = name === recorded(operation).primary;
			const ms = () => deadline(operation, operation.limits.statementMs);
			// An old primary that can be read is fenced itself: the replica that is not seen may still acknowledge.
			await (isPrimary ? instance.fence(ms()) : instance.stopReceiver(ms()));
			return { name, zone, reading: await instance.read(ms()) };
		}),
	);
}

/** The clients that it keeps waiting come to the new primary; that it can acknowledge nothing is settled already. */
async function shutOut(operation: Operation, from: string, timeline: Timeline): Promise<void> {
	await sendAway(timeline, from, async () => {
		const old = await operation.instance(from);
		await old.shutOut(deadline(operation, operation.limits.statementMs));
	});
}

function chosen(choice: Choice): Extract<Choice, { chosen: string }> {
	if ("refused" in choice) throw new RefusedError(choice.reason);
	return choice;
}

export async function catchUp(
	operation: Operation,
	{ chosen: name, must }: Extract<Choice, { chosen: string }>,
): Promise<void> {
	const until = operation.clock.now() + operation.limits.catchUpMs;
	const candidate = await operation.instance(name);
	// In slices that the lease covers: it is renewed meanwhile.
	while (!(await candidate.applyUntil(must, deadline(operation, 1000)))) {
		if (operation.clock.now() > until) {
			throw new RefusedError(`${name} has not applied its relay log in ${operation.limits.catchUpMs} ms`);
		}
	}
}

/** It may have taken a while to catch up, and nothing can be written anywhere meanwhile that counts. */
function refuseGain({ chosen: name, must }: Extract<Choice, { chosen: string }>, { executed }: Handover): void {
	const gained = subtract(executed, must);
	if (isEmpty(gained)) return;
	throw new RefusedError(`${name} has had errant transactions since it was chosen: ${formatGtidSet(gained)}`);
}

export async function prepare(
	operation: Operation,
	choice: Extract<Choice, { chosen: string }>,
	seen: readonly Readable[],
	timeline: Timeline,
): Promise<Handover> {
	const to = choice.chosen;
	const candidate = await operation.instance(to);
	const reading = await candidate.read(deadline(operation, operation.limits.statementMs));
	if (!contains(reading.executed, choice.must)) {
		throw new RefusedError(`${to} lost what it held: ${formatGtidSet(choice.must)} is not complete`);
	}
	const gtidBefore = Object.fromEntries(seen.map((i) => [i.name, formatGtidSet(held(i.reading))]));
	const others = seen.filter((i) => i.name !== to && i.name !== recorded(operation).primary);
	const behind = others.filter((i) => isFarBehind(i.reading, reading.executed)).map((i) => i.name);
	const followers = others.map((i) => i.name);
	return { to, executed: reading.executed, uuid: reading.uuid, followers, behind, timeline, more: { gtidBefore } };
}
