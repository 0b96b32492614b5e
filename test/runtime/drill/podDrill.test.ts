import { beforeEach, describe, expect, test } from "@jest/globals";
import { parseSettings } from "../../../objectives/settings.ts";
import { drillPod } from "../../../runtime/drill/podDrill.ts";
import type { ClusterAccess } from "../../../runtime/kubernetes/access.ts";
import { ApiError } from "../../../runtime/kubernetes/api.ts";
import { settings, status } from "../commands/scene.ts";
import { change, ledger } from "./scene.ts";

/** A cluster in which everything goes as it should; tests break one thing at a time. */
class Site {
	readonly done: string[] = [];
	killedAt: number | null = null;
	held = false;
	stopped = false;
	failsOver = true;
	podExists = false;
	onKill: () => void = () => {};
	killSays = (): { stdout: string; stderr: string } => ({ stdout: `${Date.now()}\n`, stderr: "" });

	access(): ClusterAccess {
		const site = this;
		const unused = () => Promise.reject(new Error("not expected"));
		return {
			namespace: "mysql",
			config: null as never,
			api: null as never,
			secret: unused,
			service: unused,
			statefulSet: unused,
			nodes: unused,
			writeConfigMap: unused,
			cronJob: unused,
			createJob: unused,
			job: unused,
			jobs: unused,
			deleteJob: unused,
			patchSecret: unused,
			pod: async () => null,
			lease: async () => ({ spec: { holderIdentity: "w-1" } }),
			fromPod: async () =>
				JSON.stringify(status({ primary: site.killedAt === null ? "mysql-1" : "mysql-2", protected: !site.held })),
			pods: async () => [{ spec: { containers: [{ name: "watchdog", image: "runtime:1" }] } }],
			configMap: async () => ({ data: { "record.json": JSON.stringify(site.record()) } }),
			async createPod(pod) {
				if (site.podExists) throw new ApiError("POST pods", 409, "exists");
				site.done.push(`create ${pod.spec?.containers[0]?.image}`);
				return pod;
			},
			async deletePod(name) {
				site.done.push(`delete ${name}`);
			},
			log: async (_pod, container) => site.log(container),
			run: async (pod, container, command) => site.run(pod, container, command.join(" ")),
		};
	}

	record() {
		const changed = this.killedAt !== null && this.failsOver;
		const at = new Date((this.killedAt ?? 0) + 400).toISOString();
		const lastChange = change({
			term: 4,
			from: "mysql-1",
			to: "mysql-2",
			startedAt: at,
			finishedAt: at,
			steps: [{ at, step: "promoted" }],
		});
		const common = {
			version: 1,
			cluster: "mysql",
			initialised: true,
			since: at,
			uuids: {},
			gtidAtPromotion: "",
			schemasReady: true,
		};
		return {
			...common,
			term: changed ? 4 : 3,
			primary: changed ? "mysql-2" : "mysql-1",
			...(changed ? { lastChange } : {}),
		};
	}

	log(container: string): string[] {
		if (container === "sysbench") return ["2026-11-22T12:00:02.1Z [ 1s ] thds: 2 tps: 38.00 qps: 760.00"];
		const at = this.killedAt ?? Date.now();
		const gaps = [{ start: at - 5, end: at + 900 }];
		if (this.stopped)
			return [
				JSON.stringify(ledger({ gaps, lastAckAt: this.failsOver ? at + 2_000 : at - 5, firstAckAt: at - 1_000 })),
			];
		const instance = this.killedAt !== null && this.failsOver ? "mysql-2" : "mysql-1";
		return [JSON.stringify({ type: "progress", at, acknowledged: 10, unknown: 0, lastAckAt: at, instance })];
	}

	run(pod: string, container: string, command: string) {
		if (command.includes("kill -9")) {
			this.done.push(`kill ${pod}/${container}`);
			const said = this.killSays();
			if (said.stderr === "") this.killedAt = Date.now();
			this.held = true;
			this.onKill();
			return { exitCode: null, ...said };
		}
		if (command.startsWith("rm -f")) {
			this.done.push(`release ${pod}`);
			this.held = false;
		}
		if (command.startsWith("touch")) {
			this.done.push("stop the ledger");
			this.stopped = true;
		}
		return { exitCode: 0, stdout: "", stderr: "" };
	}
}

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
