/**
 * What is to be done now: a pure function of what is seen and what was recorded. It never looks at
 * a clock, an address or a connection; acting re-reads what it relies on.
 */
import { contains, isEmpty } from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";
import { askedAnew, beginAnew } from "./allLost.ts";
import { choose, chooseFirst, isAdmitted, isIntact, surplus } from "./choose.ts";
import { giveUp, promotionAsked } from "./giveUp.ts";
import { type GrowthStep, withVolumes } from "./growth.ts";
import type { CopyRates } from "./nearestCopy.ts";
import type { ClusterRecord, Request } from "./record.ts";
import { type Repair, repairs } from "./repair.ts";
import { isStuck, type PodStep } from "./rollout.ts";
import { type SeedStep, seeding } from "./seed.ts";
import { type Stall, stallOf } from "./stall.ts";
import { holdBack, type Judgement, steady } from "./steady.ts";
import { type Health, readable, type View } from "./view.ts";
import { replacement, type VolumeStep } from "./volumeReplacement.ts";

type Answering = Extract<Health, { state: "readable" }>;

export type Action =
	/** The first record of a cluster that never had one. */
	| { readonly do: "bootstrap"; readonly primary: string; readonly reason: string }
	/** Revoke acknowledgements, choose, catch up, record, promote. */
	| {
			readonly do: "failover";
			readonly from: string;
			readonly reason: string;
			/** The primary answers but hangs: nothing is asked of it, and it cannot be chosen. */
			readonly stalled: boolean;
	  }
	/** Open the recorded primary for writes: after a bootstrap, a restart or a leader's death half-way. */
	| { readonly do: "resume"; readonly primary: string; readonly reason: string }
	| {
			readonly do: "switchover";
			readonly to: string;
			readonly reason: string;
			/** Null when nobody asked for it. */
			readonly request: Request | null;
	  }
	/** An operator accepts that what it does not hold is lost. */
	| { readonly do: "promote"; readonly to: string; readonly reason: string; readonly request: Request }
	| { readonly do: "answer"; readonly request: Request; readonly refusal: string }
	/** Point mysql-primary at the primary's address. */
	| { readonly do: "publish"; readonly primary: string; readonly address: string }
	| { readonly do: "createSchemas"; readonly primary: string }
	| { readonly do: "rollout"; readonly step: PodStep }
	/** A replica's volume is kept aside, and it gets an empty one. */
	| {
			readonly do: "replaceVolume";
			readonly step: VolumeStep;
			/** Null when nobody asked for it. */
			readonly request: Request | null;
	  }
	/** The same of an instance without data, where no instance has any left. */
	| {
			readonly do: "renewVolume";
			readonly step: Pick<VolumeStep, "name" | "term" | "reason">;
			readonly request: Request;
	  }
	/** A claim is made in place of one that was held until nothing used it any more. */
	| { readonly do: "makeVolume"; readonly name: string; readonly reason: string }
	/** Larger volumes are asked for. */
	| { readonly do: "growVolumes"; readonly step: GrowthStep; readonly reason: string }
	/** Each of them is there and empty. */
	| { readonly do: "renewed"; readonly request: Request }
	/** A restored copy takes the place of the data, a step at a time. */
	| { readonly do: "seed"; readonly step: SeedStep; readonly reason: string }
	| { readonly do: "wait"; readonly reason: string };

export type Alert =
	| "noRecord"
	| "quorum"
	| "divergent"
	| "nobody"
	| "primaryUnseen"
	| "primaryUnknown"
	| "tooFewAckers"
	/** Commits wait on the primary and none finishes. */
	| "stalled"
	/** A change of the primary is held back because it was changed a moment ago. */
	| "holdOff"
	/** An operator told the watchdog to change nothing. */
	| "paused"
	/** An updated pod does not come back. */
	| "rolloutStuck"
	/** An instance's volume is gone, or cannot be used. */
	| "volumeLost"
	/** An instance's volume is nearly full. */
	| "volumeFull";

export interface Decision {
	readonly action: Action;
	readonly repairs: readonly Repair[];
	readonly alerts: readonly Alert[];
}

/** Names and sizes that do not change at run time. */
export interface Facts {
	readonly cluster: string;
	/** All instances that there should be. */
	readonly members: readonly string[];
	/** The host name under which an instance is a source. */
	readonly sourceHost: (name: string) => string;
	/** Commits that wait for this long, none finishing, make a primary useless. */
	readonly stallLimitMs: number;
	/** For how long a primary is not changed again without need. */
	readonly holdOffMs: number;
	/** Bytes that each volume was declared with, and up to which it may grow; null: it may not. */
	readonly volumes: { readonly declared: number; readonly upTo: number | null };
	/** By which a snapshot is compared with CLONE; undefined where volumes cannot be snapshot. */
	readonly copyRates?: CopyRates | undefined;
}

export function decide(view: View, record: ClusterRecord | null, facts: Facts): Decision {
	if (record === null) return bootstrap(view, facts);
	const own = seeding(view, record, facts) ?? judge(view, record, facts);
	const decision = withVolumes(view, record, facts, heeding(view, record, facts, own));
	if (view.paused !== null) return restrained(decision);
	// What a repair would connect, a failover has just cut off.
	return decision.action.do === "failover" ? { ...decision, repairs: [] } : decision;
}

function heeding(view: View, record: ClusterRecord, facts: Facts, own: Decision): Decision {
	const { state } = record.seed ?? {};
	const anew = state === "copying" || state === "undoing" ? null : askedAnew(view, record);
	if (anew !== null) return { ...own, action: beginAnew(view, record, anew, own) };
	const asked = promotionAsked(view, record);
	return asked === null ? own : { ...own, action: giveUp(view, record, facts, asked, own) };
}

/** What an operator asked for goes on, and so does all that keeps the others from harm; nothing is changed beyond that. */
function restrained({ action, repairs, alerts }: Decision): Decision {
	const unasked = (action.do === "switchover" || action.do === "replaceVolume") && action.request === null;
	const own = action.do === "failover" || unasked;
	const reason = action.do === "replaceVolume" ? action.step.reason : "reason" in action ? action.reason : "";
	return {
		action: own ? { do: "wait", reason: `paused, otherwise ${action.do}: ${reason}` } : action,
		repairs: repairs.filter((repair) => repair.do !== "rebuild" && repair.do !== "refetch"),
		alerts: [...alerts, "paused"],
	};
}

function judge(view: View, record: ClusterRecord, facts: Facts): Decision {
	const primary = view.instances.find((i) => i.name === record.primary);
	const health = primary?.health ?? { state: "unreachable", reason: "no pod", confirmed: true, refused: false };
	switch (health.state) {
		case "unknown":
			return idle(`the primary answers but not to us: ${health.reason}`, "primaryUnknown");
		case "unreachable":
			return whenSilent(view, record, facts, health);
		case "readable":
			return whenReadable(view, record, facts, health);
	}
}

function bootstrap(view: View, facts: Facts): Decision {
	const seen = readable(view);
	if (seen.length < facts.members.length) {
		return idle(`${seen.length} of ${facts.members.length} instances answer; the first start needs all`);
	}
	const choice = chooseFirst(seen);
	if ("refused" in choice) return idle(choice.reason, "noRecord");
	return act({ do: "bootstrap", primary: choice.chosen, reason: "no record yet" });
}

/**
 * Silence alone is not death: the replicas must have lost it too. All of them when it is merely silent; one
 * when its host refuses connections, because another may for seconds still read what the dead primary had sent
 * (it writes each event to disk). Nothing in that rest was acknowledged by it, so it need not be waited for.
 */
function whenSilent(
	view: View,
	record: ClusterRecord,
	facts: Facts,
	health: { readonly reason: string; readonly confirmed: boolean; readonly refused: boolean },
): Decision {
	if (!health.confirmed) return idle(`the primary is silent: ${health.reason}`);
	const replicas = readable(view).filter((i) => i.name !== record.primary);
	const connected = replicas.filter((i) => i.reading.receiver?.state === "on");
	const agreed = health.refused && connected.length < replicas.length;
	if (connected.length > 0 && !agreed) {
		const names = connected.map((i) => i.name).join(", ");
		return idle(`only the watchdog cannot reach the primary; ${names} can`, "primaryUnseen");
	}
	return failover(view, record, facts, health.reason);
}

function failover(view: View, record: ClusterRecord, facts: Facts, reason: string): Decision {
	const choice = choose(record, facts.members, readable(view));
	if ("refused" in choice) return idle(choice.reason, choice.refused);
	return act({ do: "failover", from: record.primary, reason, stalled: false });
}

function whenReadable(view: View, record: ClusterRecord, facts: Facts, health: Answering): Decision {
	const { reading } = health;
	if (!isIntact(record, reading)) {
		return failover(view, record, facts, "the primary's data directory is not the one of its term");
	}
	if (!isOpened(reading)) return whenClosed(view, record, facts, reading);
	return whenOpen(view, record, facts, health);
}

/** As promoting leaves it: one that was a replica, and accepts writes for whatever reason, may still keep clients out. */
function isOpened({ superReadOnly, acksRequired, receiver }: Reading): boolean {
	return !superReadOnly && acksRequired && receiver === null;
}

/** It came back from a restart, or a leader died before it had opened it. */
function whenClosed(view: View, record: ClusterRecord, facts: Facts, reading: Reading): Decision {
	const others = readable(view).filter((i) => i.name !== record.primary);
	const ahead = others.filter((i) => {
		const sound = isAdmitted(record, i.name, i.reading) && isEmpty(surplus(record, i.reading));
		return sound && !contains(held(reading), held(i.reading));
	});
	if (ahead.length > 0) {
		return failover(view, record, facts, `${ahead.map((i) => i.name).join(", ")} hold more than the primary`);
	}
	return act({ do: "resume", primary: record.primary, reason: "the recorded primary refuses writes" });
}

function whenOpen(view: View, record: ClusterRecord, facts: Facts, health: Answering): Decision {
	const { reading } = health;
	const alerts: Alert[] = reading.ackers === 0 ? ["tooFewAckers"] : [];
	if (isStuck(view)) alerts.push("rolloutStuck");
	const stall = stallOf(view, record, facts, health);
	const { action: own, alerts: more } =
		stall === null ? steady(view, record, facts, reading) : onStall(view, record, stall);
	const action = own.do === "wait" ? (replacement(view, record, facts, reading) ?? own) : own;
	return { action, repairs: repairs(view, record, facts, reading), alerts: [...alerts, ...more] };
}

function onStall(view: View, record: ClusterRecord, { reason, obstacle }: Stall): Judgement {
	if (obstacle !== null) return { action: { do: "wait", reason: `${reason}; ${obstacle}` }, alerts: ["stalled"] };
	if (view.holdOffMs > 0) return holdBack(reason, "stalled");
	return { action: { do: "failover", from: record.primary, reason, stalled: true }, alerts: ["stalled"] };
}

function act(action: Action): Decision {
	return { action, repairs: [], alerts: [] };
}

function idle(reason: string, ...alerts: Alert[]): Decision {
	return { action: { do: "wait", reason }, repairs: [], alerts };
}
