import { describe, expect, test } from "@jest/globals";
import { Registry } from "prom-client";
import { backupFigures, registerBackupMetrics, verifiedAge } from "../../../runtime/backup/backupMetrics.ts";
import type { Catalogue, CataloguedBackup } from "../../../runtime/backup/catalogue.ts";

const now = new Date("2026-11-27T05:00:00Z");

function backup(given: Partial<CataloguedBackup>): CataloguedBackup {
	return {
		...{ id: "one", kind: "full", at: "2026-11-27T02:00:00Z", finishedAt: "2026-11-27T02:10:00Z" },
		...{ bytes: 1000, addedBytes: 100, gtid: "", stores: {}, verifiedAt: null },
		...given,
	} as CataloguedBackup;
}

const catalogue: Catalogue = {
	backups: [
		backup({ id: "old", at: "2026-11-26T02:00:00Z", verifiedAt: "2026-11-26T05:00:00.000Z" }),
		backup({ id: "new", stores: { near: {} as never, far: "missing", away: "unknown" } }),
		backup({ id: "hourly", kind: "incremental", at: "2026-11-27T04:59:00Z", bytes: 1100, addedBytes: 5 }),
	],
	away: [],
	faults: [],
};

describe("figures of the backups", () => {
	test("are those of the newest of each kind, and none of a kind that there is none of", () => {
		expect(backupFigures(catalogue, now)).toEqual([
			{ kind: "full", ageSeconds: 10_800, bytes: 1000, addedBytes: 100, stores: 1 },
			{ kind: "incremental", ageSeconds: 60, bytes: 1100, addedBytes: 5, stores: 0 },
		]);
		expect(backupFigures({ backups: [] }, now)).toEqual([]);
	});

	test("tell when a restore was last tried and held, and nothing where none ever was", () => {
		expect(verifiedAge(catalogue, now)).toBe(86_400);
		expect(verifiedAge({ backups: [backup({})] }, now)).toBeNull();
	});

	test("are served, with what is not known left out", async () => {
		const registry = new Registry();
		let known: Catalogue | null = null;
		registerBackupMetrics(registry, () => known);
		expect(await registry.metrics()).not.toMatch(/^mysql_dr/m);
		known = catalogue;
		const text = await registry.metrics();
		expect(text).toMatch(/^mysql_dr_backup_added_bytes\{kind="incremental"\} 5$/m);
		expect(text).toMatch(/^mysql_dr_backup_stores\{kind="full"\} 1$/m);
		expect(text).toMatch(/^mysql_dr_restore_test_age_seconds \d+/m);
	});
});
