/**
 * When the volumes are made larger, and by how much: all together, so that a replica that takes over has as much room, and a
 * copy fits into every one. Pure.
 */
import type { Alert, Decision, Facts } from "./decide.ts";
import type { ClusterRecord } from "./record.ts";
import type { View } from "./view.ts";

export interface GrowthStep {
	/** Whose claims ask for less. */
	readonly names: readonly string[];
	/** Bytes that they are to ask for. */
	readonly to: number;
	readonly reason: string;
}

/** The part of a file system in use from which it grows. */
const growAbove = 0.8;
/** From which somebody must look at it, because it does not grow, or not enough. */
const fullAbove = 0.9;
/** By which part it grows, at least by a GiB, in whole GiB. */
const byPart = 0.2;
const GiB = 2 ** 30;

/** Null where there is none, or not now: one step at a time, the next when every volume has got the one before. */
export function growth(view: View, { volumes: { declared, upTo } }: Facts): GrowthStep | null {
	const sizes = view.instances.flatMap(({ name, volume }) => (volume?.size == null ? [] : [{ name, ...volume.size }]));
	if (sizes.length < view.instances.length || view.growing) return null;
	const most = Math.max(declared, ...sizes.map(({ requested }) => requested));
	// A claim that was made anew asks for what was declared when the database was made.
	const less = sizes.filter(({ requested }) => requested < most).map(({ name }) => name);
	if (less.length > 0) return { names: less, to: most, reason: "another one is larger" };
	const fullest = Math.max(...sizes.map(({ usedShare }) => usedShare ?? 0));
	if (upTo === null || most >= upTo || fullest <= growAbove) return null;
	const step = Math.max(GiB, Math.ceil((most * byPart) / GiB) * GiB);
	const reason = `${Math.round(fullest * 100)} % of a volume are in use`;
	return { names: sizes.map(({ name }) => name), to: Math.min(upTo, most + step), reason };
}

/** Its volume was given up, and nothing has come in its place yet: the storage may not make another one. */
function isAwaited({ volumes, uuids }: ClusterRecord, name: string): boolean {
	const last = volumes?.[name];
	return last !== undefined && last.uuid !== "" && last.uuid === (uuids[name] ?? last.uuid);
}

/** Some volume is nearly full, whatever is being done about it. */
function isFull({ instances }: View): boolean {
	return instances.some(({ volume }) => (volume?.size?.usedShare ?? 0) > fullAbove);
}

/** What is to be said of volumes besides, and to be done where nothing else is: growing waits for nobody, and nobody waits for it. */
export function withVolumes(view: View, record: ClusterRecord, facts: Facts, decision: Decision): Decision {
	const alerts: Alert[] = [...decision.alerts];
	const lost = view.instances.some(({ name, volume }) => volume?.fault != null || isAwaited(record, name));
	if (lost) alerts.push("volumeLost");
	if (isFull(view)) alerts.push("volumeFull");
	if (decision.action.do !== "wait") return { ...decision, alerts };
	const unmade = view.instances.find(({ volume }) => volume?.unmade);
	if (unmade !== undefined) {
		const reason = "nothing uses its old volume any more";
		return { ...decision, action: { do: "makeVolume", name: unmade.name, reason }, alerts };
	}
	const step = view.paused === null ? growth(view, facts) : null;
	if (step === null) return { ...decision, alerts };
	return { ...decision, action: { do: "growVolumes", step, reason: step.reason }, alerts };
}
