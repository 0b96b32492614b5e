/** A site on which a drill can be run without a cluster. */
import type { ClusterAccess } from "../../../runtime/kubernetes/access.ts";
import { ApiError } from "../../../runtime/kubernetes/api.ts";
import { status } from "../commands/scene.ts";
import { change, ledger } from "./scene.ts";

/** A cluster in which everything goes as it should; tests break one thing at a time. */
export class Site {
	readonly done: string[] = [];
	killedAt: number | null = null;
	held = false;
	stopped = false;
	failsOver = true;
	podExists = false;
	/** The record's word on volumes that were replaced. */
	volumes: Record<string, unknown> = {};
	/** Schemas that have tables. */
	schemas = ["mysql", "sys", "mysql_dr_drill"];
	/** Nobody has data since everything was destroyed, until a copy is put in place. */
	lost = false;
	archive = {
		throughGtid: "",
		throughAt: null,
		lagSeconds: 1 as number | null,
		following: null,
		stores: [],
		spoolBytes: 0,
		segments: 1,
		provisional: false,
		alerts: [] as string[],
	};
	catalogue = {
		backups: [{ id: "b", kind: "full", at: "", bytes: 1, gtid: "", stores: { near: "present" }, verifiedAt: null }],
		away: [],
		alerts: [],
	};
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
			fromPod: async (pod, _port, path) => {
				if (pod === "archiver") return JSON.stringify(path === "/status" ? site.archive : site.catalogue);
				return JSON.stringify(site.status());
			},
			pods: async (selector) =>
				selector.endsWith("component=archive")
					? [{ metadata: { name: "archiver" }, status: { phase: "Running" } }]
					: [{ spec: { containers: [{ name: "watchdog", image: "runtime:1" }] } }],
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

	status() {
		const seen = status({ primary: this.killedAt === null ? "mysql-1" : "mysql-2", protected: !this.held });
		if (!this.lost) return seen;
		return { ...seen, protected: false, instances: seen.instances.map((i) => ({ ...i, ready: false })) };
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
			volumes: this.volumes,
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
		if (command.includes("INNODB_TABLES")) return { exitCode: 0, stdout: `${this.schemas.join("\n")}\n`, stderr: "" };
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
