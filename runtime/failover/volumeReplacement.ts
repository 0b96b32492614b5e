/**
 * Whether a replica's volume is replaced by a new one, which is made of a snapshot, or is cloned to as any lost data
 * directory is. The old volume is kept aside; all the same its instance counts for nothing from then on, so that the rules of a rebuild hold: the primary is
 * open, and another replica has what was acknowledged. Pure.
 */
import { formatGtidSet, isEmpty } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";
import { surplus } from "./choose.ts";
import type { Action, Facts } from "./decide.ts";
import type { ClusterRecord, Request } from "./record.ts";
import { acknowledging } from "./repair.ts";
import type { InstanceView, View } from "./view.ts";

export interface VolumeStep {
	readonly name: string;
	/** Of the record that it was decided by. */
	readonly term: number;
	/** The replica that must hold all that was acknowledged; null where no data are left that could be lost. */
	readonly keeper: string | null;
	/** It answers: it must stop acknowledging first. */
	readonly answers: boolean;
	readonly reason: string;
	/** False where an operator asked for it: its volume need not be at fault. */
	readonly faulty: boolean;
}

type Asked = Extract<Request, { kind: "replaceVolume" }>;

/** The next step while the primary is open and nothing else is to be done; null when there is none, or not now. */
export function replacement(view: View, record: ClusterRecord, facts: Facts, primary: Reading): Action | null {
	const request = askedReplacement(view, record);
	if (request !== null) return requested({ view, record, facts, primary }, request);
	for (const instance of view.instances) {
		const { name, volume } = instance;
		if (name === record.primary || volume?.fault == null || volume.unmade) continue;
		if (volume.resting || volume.heldBack || isQuiet(view)) continue;
		const judged = judge({ view, record, facts, primary }, instance);
		if (typeof judged === "string") continue;
		const step = { ...judged, reason: volume.fault.reason, faulty: true };
		return { do: "replaceVolume", step, request: null };
	}
	return null;
}

/** The request that has no answer yet. */
export function askedReplacement({ request }: View, record: ClusterRecord): Asked | null {
	return request?.kind === "replaceVolume" && request.id !== record.request?.id ? request : null;
}

interface Context {
	readonly view: View;
	readonly record: ClusterRecord;
	readonly facts: Facts;
	readonly primary: Reading;
}

function requested(context: Context, request: Asked): Action {
	const { view, record, facts } = context;
	const { name } = request;
	const refuse = (refusal: string): Action => ({ do: "answer", request, refusal });
	const instance = view.instances.find((i) => i.name === name);
	if (instance === undefined) return refuse(`there is no instance ${name}; there are ${facts.members.join(", ")}`);
	if (name === record.primary) return refuse(`${name} is the primary: move it away first (mysql-dr switchover)`);
	if (view.instances.some(({ busy }) => busy !== null)) return refuse("an instance is being rebuilt: wait for it");
	const judged = judge(context, instance);
	if (typeof judged === "string") return refuse(judged);
	const reason = instance.volume?.fault?.reason ?? "an operator asked for a new volume";
	return { do: "replaceVolume", step: { ...judged, reason, faulty: false }, request };
}

/** While something is being copied, or pods are made anew, the others are what is relied upon. */
function isQuiet({ instances, rollout }: View): boolean {
	return instances.some(({ busy }) => busy !== null) || rollout?.resting === true;
}

/** What may be done, or why nothing may. */
function judge(
	{ view, record, facts, primary }: Context,
	instance: InstanceView,
): Omit<VolumeStep, "reason" | "faulty"> | string {
	const { name, health, volume } = instance;
	const { term } = record;
	const unclear = mayAcknowledge(instance);
	if (unclear !== null) return unclear;
	const answers = health.state === "readable";
	const extra = answers ? surplus(record, health.reading) : null;
	if (extra !== null && !isEmpty(extra)) {
		return `${name} holds transactions that the cluster never had (${formatGtidSet(extra)}): they are saved first`;
	}
	const keeper = keeperBeside(name, { view, record, facts });
	if (keeper !== null) return { name, term, keeper, answers };
	// Nobody acknowledges, so all that was ever acknowledged is on the primary; and nothing is left on the volume.
	if (volume?.fault?.kind === "gone" && !answers && primary.ackers === 0) return { name, term, keeper: null, answers };
	return `no other replica acknowledges: what ${name} holds may be the only other copy of acknowledged writes`;
}

/** It may be connected to the primary, and acknowledge what nobody else has yet, while nobody can tell it to stop. */
function mayAcknowledge({ name, health, volume }: InstanceView): string | null {
	if (health.state === "readable") return null;
	// Nobody has connected it to the primary: it has acknowledged nothing, whatever it does.
	if (volume?.unconnected === true && volume.fault?.kind === "gone") return null;
	if (health.state === "unknown") return `${name} answers, but not to the watchdog: ${health.reason}`;
	if (!health.confirmed) return `${name} is not known to be lost`;
	return volume?.runs === false ? null : `${name} does not answer, but it may still run`;
}

function keeperBeside(name: string, { view, record, facts }: Omit<Context, "primary">): string | null {
	const others = acknowledging(view, record, facts).filter((other) => other !== name);
	const keeper = view.instances.find((i) => others.includes(i.name) && i.busy === null && i.volume?.fault == null);
	return keeper?.name ?? null;
}
