import { beforeEach, describe, expect, test } from "@jest/globals";
import { parseSettings } from "../../../objectives/settings.ts";
import { drillAllVolumes } from "../../../runtime/drill/allVolumesDrill.ts";
import { settings } from "../commands/scene.ts";
import { ledger } from "./scene.ts";
import { Site } from "./site.ts";

let site: Site;
let lost: number;
beforeEach(() => {
	lost = 0;
	site = new Site();
	site.onKill = () => {
		site.lost = true;
		// Nothing is kept from coming back: there is nothing that could.
		site.held = false;
		site.failsOver = false;
	};
	const log = site.log.bind(site);
	site.log = (container) => {
		if (container !== "ledger" || !site.stopped) return log(container);
		const at = site.killedAt ?? 0;
		const gaps = [{ start: at - 5, end: at + 60_000 }];
		const checked = [
			{ name: "mysql-primary", missing: lost },
			{ name: "mysql-0", missing: lost },
		];
		const firstLostAt = lost === 0 ? null : at - 3_000;
		return [
			JSON.stringify(ledger({ gaps, lastAckAt: at + 61_000, firstAckAt: at - 9_000, lost, firstLostAt, checked })),
		];
	};
});

function drill(restore = async () => {}) {
	const notes: string[] = [];
	const report = drillAllVolumes({
		access: site.access(),
		settings: parseSettings(settings()),
		steadyMs: 10,
		signal: new AbortController().signal,
		note: (line) => notes.push(line),
		live: () => {},
		restore: async () => {
			site.done.push("restore");
			await restore();
			site.lost = false;
			site.failsOver = true;
		},
	});
	return { report, notes };
}

describe("a drill of all volumes", () => {
	test("destroys every copy, and only then asks for the data back", async () => {
		const { report } = drill();
		await expect(report).resolves.toMatchObject({ scenario: "volume", verdict: "held", writeDowntimeSeconds: 60.005 });
		expect(site.done).toEqual([
			"create runtime:1",
			"kill mysql-0/mysql",
			"kill mysql-1/mysql",
			"kill mysql-2/mysql",
			"restore",
			"stop the ledger",
			"delete mysql-drill",
		]);
	});

	test("may lose what the promise of lost clusters allows, and no more; it says how much that was", async () => {
		lost = 7;
		const { measured, verdict, objective } = await drill().report;
		expect(measured.rpoSeconds).toBe(3);
		expect(objective.rtoSeconds).toBe(1800);
		expect(verdict).toBe(objective.rpoSeconds >= 3 ? "held" : "broken");
		expect(objective.rpoSeconds).toBeGreaterThan(3);
	});

	test("whose data do not come back is aborted, and says why", async () => {
		const { report, notes } = drill(() => Promise.reject(new Error("the store is away")));
		await expect(report).resolves.toMatchObject({ verdict: "aborted" });
		expect(notes.at(-1)).toBe("aborted: the store is away");
	});

	const refused = async () => {
		await expect(drill().report).rejects.toMatchObject({ name: "Refusal" });
		expect(site.done).toEqual([]);
	};

	test("is refused where anybody has tables", async () => {
		site.schemas = ["mysql", "shop", "sys"];
		await expect(drill().report).rejects.toThrow("there are tables in shop");
		await refused();
	});

	test.each(["archiveLagging", "archiveGap", "archiveStoreAway", "archiveProvisional", "archiveConflict"])(
		"is refused while the archive is not whole: %s",
		async (alert) => {
			site.archive.alerts = [alert];
			await refused();
		},
	);

	test("is refused where nobody knows how far the archive reaches, or no backup is in any store", async () => {
		site.archive.lagSeconds = null;
		await refused();
		site.archive.lagSeconds = 1;
		site.catalogue.backups = site.catalogue.backups.map((one) => ({ ...one, kind: "logical" }));
		await refused();
	});
});
