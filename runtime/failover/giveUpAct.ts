/** Carries out an operator's promotion with loss: the steps of a failover, without its quorum. */
import { formatGtidSet, isEmpty, parseGtidSet, subtract, union } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import { RefusedError } from "./cancel.ts";
import { catchUp, prepare, revokeAcknowledgements } from "./failoverAct.ts";
import { type Operation, recorded, Timeline } from "./operation.ts";
import { open, recordDone, recordTerm } from "./promote.ts";

export async function promoteWithLoss(operation: Operation, to: string, reason: string): Promise<void> {
	const record = recorded(operation);
	const timeline = new Timeline(operation, {
		kind: "failover",
		term: record.term,
		from: record.primary,
		to,
		reason,
		gtidBefore: {},
		gtidAfter: "",
	});
	timeline.step(reason);
	const seen = await revokeAcknowledgements(operation, false);
	timeline.step(`acknowledgements revoked on ${seen.map((i) => i.name).join(", ")}`);
	const target = seen.find((i) => i.name === to);
	if (target === undefined) throw new RefusedError(`${to} cannot be read`);
	const choice = { chosen: to, must: held(target.reading) };
	const known = union(parseGtidSet(record.gtidAtPromotion), ...seen.map((i) => held(i.reading)));
	const lost = subtract(known, choice.must);
	timeline.step(isEmpty(lost) ? `${to} holds all that can be read` : `given up: ${formatGtidSet(lost)}`);
	await catchUp(operation, choice);
	const handover = await prepare(operation, choice, seen, timeline);
	await recordTerm(operation, handover);
	await open(operation, handover);
	await recordDone(operation, handover);
}
