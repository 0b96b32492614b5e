import { beforeEach, describe, expect, test } from "@jest/globals";
import { parseSettings } from "../../../objectives/settings.ts";
import { drillVolume } from "../../../runtime/drill/volumeDrill.ts";
import { settings } from "../commands/scene.ts";
import { Site } from "./site.ts";

let site: Site;
beforeEach(() => {
	site = new Site();
	// The watchdog gives the victim a new volume as soon as its data are gone.
	site.onKill = () => {
		site.held = false;
		site.volumes = { "mysql-1": replaced(new Date().toISOString()) };
	};
});

const replaced = (at: string) => ({ at, claim: "c", uuid: "u", times: 1, reason: "there is no data directory on it" });

function drill(signal = new AbortController().signal) {
	const notes: string[] = [];
	const shown: string[] = [];
	const report = drillVolume({
		access: site.access(),
		settings: parseSettings(settings()),
		steadyMs: 10,
		signal,
		note: (line) => notes.push(line),
		live: (line) => shown.push(line),
	});
	return { report, notes, shown };
}

describe("a volume drill", () => {
	test("destroys what the primary has, waits for the copy, checks and cleans up; nothing has to be let go", async () => {
		const { report, notes } = drill();
		const { timeline, ...rest } = await report;
		expect(rest).toMatchObject({
			scenario: "volume",
			verdict: "held",
			lost: 0,
			from: "mysql-1",
			to: "mysql-2",
			objective: { rtoSeconds: 1800, rpoSeconds: 0 },
			writeDowntimeSeconds: 0.905,
		});
		expect(site.done).toEqual(["create runtime:1", "kill mysql-1/mysql", "stop the ledger", "delete mysql-drill"]);
		expect(notes).toEqual([
			"clients write: sysbench (oltp_read_write) and 8 connections of the ledger",
			"destroyed everything on the volume of mysql-1 (mysqld killed, all files deleted)",
			"mysql-2 acknowledges writes",
			"mysql-1 gets a new volume: there is no data directory on it",
			"protected again",
		]);
		expect(timeline.map(({ step }) => step)).toContain("mysql-1 gets a new volume: there is no data directory on it");
	});

	test("waits while the watchdog would leave that volume alone", async () => {
		const interrupt = new AbortController();
		site.volumes = { "mysql-1": replaced(new Date().toISOString()) };
		const { report, shown } = drill(interrupt.signal);
		while (shown.length === 0) await new Promise(setImmediate);
		interrupt.abort(new Error("interrupted"));
		await expect(report).rejects.toThrow("interrupted");
		expect(shown[0]).toMatch(/^the volume of mysql-1 was replaced a moment ago: waiting for /);
		expect(site.done).toEqual([]);
	});

	test("whose victim could not be emptied leaves nothing held", async () => {
		site.killSays = () => ({ stdout: "", stderr: "data are left on the volume" });
		await expect(drill().report).rejects.toThrow(
			"the volume of mysql-1 could not be destroyed: data are left on the volume",
		);
		expect(site.done.slice(-2)).toEqual(["release mysql-1", "delete mysql-drill"]);
	});
});
