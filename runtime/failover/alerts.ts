/** Every condition that the watchdog reports, what it means and what to do: for people, metrics and events alike. */
import type { Alert as DecisionAlert } from "./decide.ts";

/** Those of decisions, and those of what the leader tends besides. */
export type Alert = DecisionAlert | TendedAlert;

/** `noFreshReplica`: mysql-replicas leads nowhere. `evidenceUnstored`: a report waits for a store. */
export type TendedAlert = "noFreshReplica" | "evidenceUnstored";

export interface AlertMeaning {
	readonly means: string;
	readonly remedy: string;
}

export const alertMeanings: Readonly<Record<Alert, AlertMeaning>> = {
	noRecord: {
		means: "The instances hold different histories and no record says which one counts; nobody is made primary.",
		remedy: "Compare their GTID sets (`mysql-dr status`); keep the one that counts, empty the others' claims.",
	},
	quorum: {
		means: "The primary is lost, and so is an instance that may alone hold an acknowledged write; nobody is promoted.",
		remedy: "Bring one of the missing instances back; the failover then goes on by itself.",
	},
	divergent: {
		means: "No instance holds all that the others legitimately hold; nobody is promoted.",
		remedy: "Bring the missing instances back; look for transactions written past the primary.",
	},
	nobody: {
		means: "No instance that can be read may become primary.",
		remedy: "Bring an admitted instance back; `mysql-dr status` says why each one does not count.",
	},
	primaryUnseen: {
		means: "The watchdog cannot reach the primary, but a replica can; nothing is done.",
		remedy: "Look at the network between the watchdogs' nodes and the primary's.",
	},
	primaryUnknown: {
		means: "The primary answers, but refuses the watchdog (password, certificate, connections).",
		remedy: "Compare the Secrets with what the instance was started with; its log names the reason.",
	},
	tooFewAckers: {
		means: "No replica acknowledges: every commit waits. Never does it go on without an acknowledgement.",
		remedy: "Bring a replica back; `mysql-dr status` says what keeps them.",
	},
	stalled: {
		means: "Commits wait on the primary and none finishes, though it answers (its disk, or acknowledgements).",
		remedy: "Look at the primary's disk and at the replicas; where they can take over, the watchdog replaces it.",
	},
	holdOff: {
		means: "The primary ought to be changed, but it was changed a moment ago; it is left for the plan's hold-off.",
		remedy: "Wait; should this come back, look for what makes the primary fail again and again.",
	},
	paused: {
		means: "An operator told the watchdog to change nothing: a lost primary is not replaced.",
		remedy: "`mysql-dr unpause` when the maintenance is over.",
	},
	rolloutStuck: {
		means: "The rolling update stands still: an updated instance does not come back, the others stay as they are.",
		remedy: "Look at the updated pod (`kubectl describe pod`) and mend or take back what was changed.",
	},
	noFreshReplica: {
		means: "No replica's data are fresh enough (the plan's `readLagLimit`): mysql-replicas leads nowhere.",
		remedy: "Look for long transactions and slow disks; until then read from mysql-primary.",
	},
	evidenceUnstored: {
		means: "A failover report has waited for more than a minute to be written to a store.",
		remedy: "Look at the store's endpoint, its Secret and the watchdog's log; it is written as soon as that works.",
	},
};

export const alertNames = Object.keys(alertMeanings) as readonly Alert[];
