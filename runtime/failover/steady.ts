/** What a primary that is open and well needs: its address published, its schemas, a planned change of place. Pure. */
import { isEmpty } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";
import { isAdmitted, surplus } from "./choose.ts";
import type { Action, Alert, Facts } from "./decide.ts";
import { stoppedByOrder } from "./quiesce.ts";
import type { ClusterRecord, Request } from "./record.ts";
import { rollout } from "./rollout.ts";
import { askedSeed, beginning } from "./seed.ts";
import type { InstanceView, View } from "./view.ts";

type Switchover = Extract<Request, { kind: "switchover" }>;

export interface Judgement {
	readonly action: Action;
	readonly alerts: readonly Alert[];
}

/** What could be done now is not, because the primary was changed a moment ago. */
export function holdBack(reason: string, ...alerts: Alert[]): Judgement {
	const why = `${reason}; the primary was changed a moment ago and is left where it is for the hold-off`;
	return { action: { do: "wait", reason: why }, alerts: [...alerts, "holdOff"] };
}

export function steady(view: View, record: ClusterRecord, facts: Facts, reading: Reading): Judgement {
	const only = (action: Action): Judgement => ({ action, alerts: [] });
	const primary = view.instances.find((i) => i.name === record.primary);
	const address = primary?.address ?? null;
	if (address !== null && view.published !== address) {
		return only({ do: "publish", primary: record.primary, address });
	}
	if (!record.schemasReady && reading.ackers > 0) {
		return only({ do: "createSchemas", primary: record.primary });
	}
	const asked = askedFor(view, record, facts, reading);
	if (asked !== null) return only(asked);
	const leaving = primary?.leaving ?? null;
	return primary === undefined || leaving === null
		? update(view, record, facts)
		: giveWay(view, record, facts, { leaving, ending: primary.ending });
}

/** What operators asked for. */
function askedFor(view: View, record: ClusterRecord, facts: Facts, { ackers }: Reading): Action | null {
	if (record.seed?.state === "opening" && ackers > 0) {
		return { do: "seed", step: { step: "finish" }, reason: "the restored copy is open and acknowledged" };
	}
	const copy = askedSeed(view, record);
	if (copy !== null) return beginning(view, record, fitReplicas(view, record, facts), copy);
	const { request } = view;
	const moves = request?.kind === "switchover" && request.id !== record.request?.id;
	return moves ? requested(view, record, facts, request) : null;
}

function requested(view: View, record: ClusterRecord, facts: Facts, request: Switchover): Action {
	const refuse = (refusal: string): Action => ({ do: "answer", request, refusal });
	const { to } = request;
	if (to === record.primary) return refuse(`${to} is the primary already`);
	if (to !== undefined && !facts.members.includes(to)) {
		return refuse(`there is no instance ${to}; there are ${facts.members.join(", ")}`);
	}
	const fit = fitReplicas(view, record, facts);
	const staying = fit.find((i) => i.leaving === null) ?? fit[0];
	const target = to === undefined ? staying : fit.find((i) => i.name === to);
	if (target !== undefined) return { do: "switchover", to: target.name, reason: "requested", request };
	return refuse(`${to ?? "no replica"} is not a sound replica that replicates now`);
}

/**
 * Before the primary's pod or node goes: a planned change costs its clients less than a failover. One whose pod is being
 * deleted is not held back: what waits for the hold-off would end in that failover.
 */
function giveWay(
	view: View,
	record: ClusterRecord,
	facts: Facts,
	{ leaving, ending }: { readonly leaving: string; readonly ending: boolean },
): Judgement {
	const reason = `${record.primary} is leaving: ${leaving}`;
	const target = fitReplicas(view, record, facts).find((i) => i.leaving === null);
	if (target === undefined) {
		return { action: { do: "wait", reason: `${reason}; no replica that stays can take over now` }, alerts: [] };
	}
	if (view.holdOffMs > 0 && !ending) return holdBack(reason);
	return { action: { do: "switchover", to: target.name, reason, request: null }, alerts: [] };
}

/** A rolling update goes on where there is one. */
function update(view: View, record: ClusterRecord, facts: Facts): Judgement {
	const step = rollout(view, record, facts);
	if (step === null) return { action: { do: "wait", reason: "steady" }, alerts: [] };
	if (step.step !== "switchover") return { action: { do: "rollout", step }, alerts: [] };
	if (view.holdOffMs > 0) return holdBack(step.reason);
	return { action: { do: "switchover", to: step.to, reason: step.reason, request: null }, alerts: [] };
}

/** Those that stand still for a snapshot last: they have something to catch up with. */
function fitReplicas(view: View, record: ClusterRecord, facts: Facts): readonly InstanceView[] {
	const fit = view.instances.filter((i) => i.name !== record.primary && isFit(record, facts, i));
	return fit.sort((a, b) => Number(a.quiesced) - Number(b.quiesced));
}

/** A replica that could take over within a moment. */
export function isFit(record: ClusterRecord, facts: Facts, view: InstanceView): boolean {
	if (view.health.state !== "readable" || view.busy !== null) return false;
	const { reading } = view.health;
	return (
		reading.superReadOnly &&
		isAdmitted(record, view.name, reading) &&
		isEmpty(surplus(record, reading)) &&
		reading.receiver?.state === "on" &&
		reading.receiver.source === facts.sourceHost(record.primary) &&
		// One that stands still for a snapshot is started by whoever wants it to catch up.
		(reading.applier?.running === true || stoppedByOrder(reading, view.quiesced))
	);
}
