/** Every condition that is reported, what it means and what to do: for people, metrics and events alike. */
import type { Alert as DecisionAlert } from "./decide.ts";

/** The watchdog's: those of decisions, and those of what the leader tends besides. */
export type Alert = DecisionAlert | TendedAlert;

/** The archiver's: of the archive, and of the backups that it looks after. */
export type KeptAlert =
	| "archiveLagging"
	| "archiveGap"
	| "archiveStoreAway"
	| "archiveProvisional"
	| "archiveConflict"
	| "spoolFilling"
	| "spoolFull"
	| "transactionTooLarge"
	| "archiveSacrificed"
	| "backupOverdue"
	| "backupFailed"
	| "backupKeyNotKept"
	| "snapshotFailed";

/** `noFreshReplica`: mysql-replicas leads nowhere. `evidenceUnstored`: a report waits for a store. */
export type TendedAlert = "noFreshReplica" | "evidenceUnstored" | "binaryLogsFill";

export interface AlertMeaning {
	readonly means: string;
	readonly remedy: string;
}

const watchdogMeanings: Readonly<Record<Alert, AlertMeaning>> = {
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
	volumeLost: {
		means: "An instance's volume is gone, unusable or gives back damaged pages; it is replaced, the primary's last.",
		remedy:
			"Wait for the copy (`mysql-dr status`). Where that stands still: bring a replica back, or look at the storage.",
	},
	volumeFull: {
		means: "A volume is more than 90 % full: volumes do not grow, or are as large as they may become (`volumeGrowth`).",
		remedy: "Raise `volume` or `volumeGrowth.upTo`, see that its storage class allows expansion, or delete data.",
	},
	noFreshReplica: {
		means: "No replica's data are fresh enough (the plan's `readLagLimit`): mysql-replicas leads nowhere.",
		remedy: "Look for long transactions and slow disks; until then read from mysql-primary.",
	},
	evidenceUnstored: {
		means: "A failover report has waited for more than a minute to be written to a store.",
		remedy: "Look at the store's endpoint, its Secret and the watchdog's log; it is written as soon as that works.",
	},
	binaryLogsFill: {
		means: "Binary logs fill a volume and no archiver lets them go: the oldest go unarchived, or soon will.",
		remedy: "Bring the archiver back (`kubectl get pods`, its log), or enlarge the volumes; then make a full backup.",
	},
};

const keptMeanings: Readonly<Record<KeptAlert, AlertMeaning>> = {
	archiveLagging: {
		means: "What was written is not in every store within three flush intervals: it would be lost with the cluster.",
		remedy: "See `mysql-dr archive status`: whom the archiver follows, and which store is behind.",
	},
	archiveGap: {
		means: "Transactions were purged before they were archived, or lost in a store: no restore crosses that gap.",
		remedy:
			"`mysql-dr archive status` names what is lost. A full backup was asked for at once; see that it ends (`mysql-dr backups`): restores begin after it.",
	},
	archiveStoreAway: {
		means: "A store takes nothing; the other one goes on, and what this one lacks waits for it.",
		remedy: "Look at the store's endpoint, its Secret and its rights; it is caught up by itself.",
	},
	archiveProvisional: {
		means: "No replica is left: the archive reads from the primary, and nobody confirms what it reads.",
		remedy: "Bring a replica back; what was read meanwhile is confirmed, or marked as orphaned, by itself.",
	},
	archiveConflict: {
		means: "A store has segments that this archiver did not write: another one writes to the same stores.",
		remedy: "See that there is one archiver (`kubectl get pods`), and that no other cluster has this one's name.",
	},
	spoolFilling: {
		means: "What waits for a store takes half of the archiver's spool.",
		remedy: "Look at the store that is behind (`mysql-dr archive status`).",
	},
	spoolFull: {
		means: "The archiver holds as much as it may: it reads no more until a store takes some. Nothing is lost yet.",
		remedy: "Bring the store back before the instances must purge their binary logs, or enlarge the spool.",
	},
	transactionTooLarge: {
		means: "A transaction is larger than the archiver has room for: nothing behind it is archived.",
		remedy: "`mysql-dr archive status` says which setting to raise, `backup.spool` or `backup.archiverMemory`.",
	},
	archiveSacrificed: {
		means: "Binary logs fill the volumes: the oldest went unarchived so that the database goes on, or soon will.",
		remedy: "Bring the stores back, or enlarge the volumes; a full backup closes the gap.",
	},
	backupOverdue: {
		means: "The newest backup that was booted is older than two of its turns, or there is none.",
		remedy: "`mysql-dr backup full`; see why its jobs do not end (`kubectl get jobs`).",
	},
	backupFailed: {
		means: "The newest job of a kind failed: a backup, the care of what is stored, or the test of a restore.",
		remedy: "Read its log (`kubectl logs job/…`), mend that, and begin it by hand: `mysql-dr backup`, `validate`.",
	},
	backupKeyNotKept: {
		means: "The key of all backups is nowhere but in this cluster: with the cluster, every backup would be lost.",
		remedy: "`mysql-dr backup-key --export FILE`, and keep that file where the cluster's loss does not reach.",
	},
	snapshotFailed: {
		means: "The newest snapshot was not taken, could not be tried, or does not verify; older verified ones stay.",
		remedy: "`mysql-dr snapshots` says what is wrong with it; mend that, and take another: `mysql-dr snapshot`.",
	},
};

export const alertMeanings: Readonly<Record<Alert | KeptAlert, AlertMeaning>> = {
	...watchdogMeanings,
	...keptMeanings,
};

/** Those that the watchdog serves as metrics. */
export const alertNames = Object.keys(watchdogMeanings) as readonly Alert[];

/** Those that the archiver serves as metrics. */
export const keptAlertNames = Object.keys(keptMeanings) as readonly KeptAlert[];
