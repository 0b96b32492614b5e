import { beforeEach, describe, expect, test } from "@jest/globals";
import { parseSettings } from "../../../objectives/settings.ts";
import { drillPod } from "../../../runtime/drill/podDrill.ts";
import { settings } from "../commands/scene.ts";
import { Site } from "./site.ts";

let site: Site;
beforeEach(() => {
	site = new Site();
});

function drill(signal = new AbortController().signal, rto = "5m") {
	const given = settings();
	const scenarios = { ...given.plan.objectives.scenarios, pod: { rto: rto === "5m" ? 300_000 : 1, rpo: 0 } };
	const plan = { ...given.plan, objectives: { ...given.plan.objectives, scenarios } };
	const notes: string[] = [];
	const report = drillPod({
		access: site.access(),
		settings: parseSettings({ ...given, plan }),
		steadyMs: 10,
		signal,
		note: (line) => notes.push(line),
		live: () => {},
	});
	return { report, notes };
}

describe("a pod drill", () => {
	test("kills, waits, lets go, checks and cleans up, in this order", async () => {
		const { report, notes } = drill();
		await expect(report).resolves.toMatchObject({
			verdict: "held",
			lost: 0,
			from: "mysql-1",
			to: "mysql-2",
			measured: { rtoSeconds: 0.905 },
		});
		expect(site.done).toEqual([
			"create runtime:1",
			"kill mysql-1/mysql",
			"release mysql-1",
			"stop the ledger",
			"delete mysql-drill",
		]);
		expect(notes).toEqual([
			"clients write: sysbench (oltp_read_write) and 8 connections of the ledger",
			"killed mysqld of mysql-1 (SIGKILL) and keep it from starting",
			"mysql-2 acknowledges writes",
			"let mysql-1 start again",
			"protected again",
		]);
	});

	test("that is interrupted lets the victim go, removes the clients and is aborted", async () => {
		const interrupt = new AbortController();
		site.failsOver = false;
		site.onKill = () => interrupt.abort(new Error("interrupted"));
		const { report, notes } = drill(interrupt.signal);
		await expect(report).resolves.toMatchObject({ verdict: "aborted", reasons: ["the ledger did not report"] });
		expect(site.done.slice(-2)).toEqual(["release mysql-1", "delete mysql-drill"]);
		expect(notes.at(-1)).toBe("aborted: interrupted");
	});

	test("whose kill fails does not leave the victim held, nor its pod behind", async () => {
		site.killSays = () => ({ stdout: "", stderr: "no such process" });
		await expect(drill().report).rejects.toThrow("mysqld of mysql-1 could not be killed: no such process");
		expect(site.done.slice(-2)).toEqual(["release mysql-1", "delete mysql-drill"]);
	});

	test("without a failover breaks the promise once its time is over", async () => {
		site.failsOver = false;
		const { report } = drill(undefined, "1ms");
		const { verdict, reasons } = await report;
		expect(verdict).toBe("broken");
		expect(reasons[0]).toBe("no failover was recorded");
	}, 15_000);

	test("is refused while another runs, and touches nothing of it", async () => {
		site.podExists = true;
		await expect(drill().report).rejects.toMatchObject({ name: "Refusal" });
		expect(site.done).toEqual([]);
	});
});
