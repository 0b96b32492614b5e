/** What is wrong with backups, from the catalogue, the jobs and the note on the key. Pure. */
import { cron } from "../../objectives/cron.ts";
import type { BackupSettings } from "../../objectives/plan.ts";
import type { KeptAlert } from "../failover/alerts.ts";
import { cronJobNames } from "../kubernetes/jobs.ts";
import type { CataloguedBackup } from "./catalogue.ts";
import type { BackupKind } from "./entry.ts";

/** How the newest finished job of a CronJob ended. */
export interface JobOutcome {
	readonly cronJob: string;
	readonly failed: boolean;
}

export interface BackupFacts {
	readonly backups: readonly Pick<CataloguedBackup, "kind" | "at">[];
	readonly schedules: Pick<BackupSettings, "timezone" | BackupKind>;
	readonly jobs: readonly JobOutcome[];
	/** A full backup is being made, or cannot be made yet: that there is none is no fault. */
	readonly firstUnderWay: boolean;
	readonly keyKept: boolean;
	readonly now: Date;
}

export function backupAlerts(facts: BackupFacts): KeptAlert[] {
	return [
		...(overdue(facts) ? (["backupOverdue"] as const) : []),
		...(failed(facts.jobs.filter((job) => !ofSnapshots(job))) ? (["backupFailed"] as const) : []),
		...(facts.keyKept ? [] : (["backupKeyNotKept"] as const)),
		...(failed(facts.jobs.filter(ofSnapshots)) ? (["snapshotFailed"] as const) : []),
	];
}

const failed = (jobs: readonly JobOutcome[]) => jobs.some((job) => job.failed);

/** One that tries a snapshot is waited for by the one that took it, which fails with it. */
const ofSnapshots = ({ cronJob }: JobOutcome) =>
	cronJob === cronJobNames.snapshot || cronJob === cronJobNames.snapshotCheck;

/** Two turns: one that fails is `backupFailed`, and the next one mends it. */
const turns = 2;

function overdue({ backups, schedules, firstUnderWay, now }: BackupFacts): boolean {
	const times = backups.map(({ at }) => Date.parse(at));
	if (times.length === 0) return !firstUnderWay;
	const began = Math.min(...times);
	const late = (schedule: string | null, kinds: readonly BackupKind[]) => {
		if (schedule === null) return false;
		const newest = Math.max(
			began,
			...backups.filter(({ kind }) => kinds.includes(kind)).map(({ at }) => Date.parse(at)),
		);
		return now.getTime() - newest > turns * cron(schedule, schedules.timezone).period();
	};
	return (
		late(schedules.full, ["full"]) ||
		// Either is a whole data directory to begin a restore with.
		late(schedules.incremental, ["full", "incremental"]) ||
		late(schedules.logical, ["logical"])
	);
}
