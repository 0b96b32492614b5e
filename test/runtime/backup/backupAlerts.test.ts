import { describe, expect, test } from "@jest/globals";
import { type BackupFacts, backupAlerts } from "../../../runtime/backup/backupAlerts.ts";
import { keyIsKept } from "../../../runtime/backup/keyKept.ts";

const schedules = { timezone: "UTC", full: "0 2 * * *", incremental: "0 * * * *", logical: "30 3 * * *" };
const at = (time: string) => `2026-11-${time}:00Z`;
const backup = (kind: "full" | "incremental" | "logical", time: string) => ({ kind, at: at(time) });
const good: BackupFacts = {
	backups: [backup("full", "25T02:00"), backup("incremental", "25T11:00"), backup("logical", "25T03:30")],
	schedules,
	jobs: [{ cronJob: "mysql-backup-full", failed: false }],
	firstUnderWay: false,
	keyKept: true,
	now: new Date(at("25T11:30")),
};
const alerts = (different: Partial<BackupFacts>) => backupAlerts({ ...good, ...different });

describe("what is wrong with backups", () => {
	test("is nothing when each kind is there from its last turn", () => {
		expect(alerts({})).toEqual([]);
	});

	test("is that a kind is older than two of its turns", () => {
		expect(alerts({ now: new Date(at("25T13:00")) })).toEqual([]);
		expect(alerts({ now: new Date(at("25T13:01")) })).toEqual(["backupOverdue"]);
		const without = (kind: string) => good.backups.filter((one) => one.kind !== kind);
		const hourly = backup("incremental", "27T03:00");
		expect(alerts({ backups: [...good.backups, hourly], now: new Date(at("27T03:10")) })).toEqual(["backupOverdue"]);
		const full = backup("full", "27T02:00");
		expect(alerts({ backups: [...without("logical"), full], now: new Date(at("27T02:10")) })).toEqual([
			"backupOverdue",
		]);
	});

	test("is not that a kind was not due yet on a new database", () => {
		expect(alerts({ backups: [backup("full", "25T10:45")] })).toEqual([]);
	});

	test("counts a full backup for an incremental one, and a kind that is not scheduled for nothing", () => {
		expect(alerts({ backups: [...good.backups, backup("full", "25T12:30")], now: new Date(at("25T14:00")) })).toEqual(
			[],
		);
		const unscheduled = { ...schedules, incremental: null };
		expect(alerts({ schedules: unscheduled, now: new Date(at("25T23:00")) })).toEqual([]);
	});

	test("is that there is none, unless the first one is under way", () => {
		expect(alerts({ backups: [] })).toEqual(["backupOverdue"]);
		expect(alerts({ backups: [], firstUnderWay: true })).toEqual([]);
	});

	test("is a job that failed, and a key that nobody has kept", () => {
		expect(alerts({ jobs: [...good.jobs, { cronJob: "mysql-validation", failed: true }] })).toEqual(["backupFailed"]);
		expect(alerts({ keyKept: false })).toEqual(["backupKeyNotKept"]);
	});

	test("is told apart from what is wrong with snapshots", () => {
		for (const cronJob of ["mysql-snapshot", "mysql-snapshot-check"]) {
			expect(alerts({ jobs: [...good.jobs, { cronJob, failed: true }] })).toEqual(["snapshotFailed"]);
			expect(alerts({ jobs: [...good.jobs, { cronJob, failed: false }] })).toEqual([]);
		}
	});
});

test("a key is kept once it was exported, and when it is the user's own", () => {
	expect(keyIsKept({ keyManaged: true }, undefined)).toBe(false);
	expect(keyIsKept({ keyManaged: true }, { "mysql-dr/key-exported-at": "2026-11-25T02:00:00Z" })).toBe(true);
	expect(keyIsKept({ keyManaged: false }, undefined)).toBe(true);
});
