/** What the leader tells of what it does, to whoever counts, reports or announces it. Nothing waits for them. */
import type { TendedAlert } from "./alerts.ts";
import type { Action, Decision } from "./decide.ts";
import type { ClusterRecord } from "./record.ts";
import type { Repair } from "./repair.ts";
import type { View } from "./view.ts";

export type WorkKind = Exclude<Action["do"], "wait"> | Repair["do"];

/** What is done, to whom and why. */
export interface Work {
	readonly kind: WorkKind;
	/** The instance that it is about. */
	readonly subject: string | null;
	readonly reason: string;
}

/** A step of a change of the primary, by what it was for. */
export type Phase =
	| "detect"
	| "revoke"
	| "choose"
	| "catchUp"
	| "drain"
	| "record"
	| "promote"
	| "publish"
	| "follow"
	| "fence"
	| "undo";

/** What a change of the primary is told besides its steps. */
export interface Witness {
	/** The watchdog that leads. */
	readonly self: string;
	/** When the primary was last seen to accept writes; ISO 8601. */
	lastOpenAt(): string | null;
	step(step: string, phase: Phase | null): void;
}

export interface Observer extends Witness {
	/** Each round, before anything is done; with the alerts of what the leader tends besides. */
	decided(view: View, record: ClusterRecord | null, decision: Decision, tended: readonly TendedAlert[]): void;
	/** Carries the work out and notes how it ended. */
	work(work: Work, run: () => Promise<void>): Promise<void>;
	/** An instance was asked. */
	probed(name: string, ms: number, answered: boolean): void;
}

/** For a leader that nobody watches. */
export const unobserved: Observer = {
	self: "",
	lastOpenAt: () => null,
	step: () => {},
	decided: () => {},
	work: (_, run) => run(),
	probed: () => {},
};

export function workOf(action: Exclude<Action, { do: "wait" }>): Work {
	if (action.do === "replaceVolume" || action.do === "renewVolume") {
		return { kind: action.do, subject: action.step.name, reason: action.step.reason };
	}
	const reason = "reason" in action ? action.reason : "";
	return { kind: action.do, subject: action.do === "makeVolume" ? action.name : null, reason };
}

export function workOfRepair(repair: Repair): Work {
	const reason = "reason" in repair ? repair.reason : "";
	return { kind: repair.do, subject: repair.name, reason };
}
