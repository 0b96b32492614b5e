/** What the API shows of backups: CronJobs as the stack declares them, a job's pod with its log, an archiver. */
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { uuid } from "./scene.ts";

const base = "/api/v1/namespaces/mysql";
const batch = "/apis/batch/v1/namespaces/mysql";

export const entry = {
	version: 1,
	id: "20261125T020000Z-full-1a2b3c4d",
	cluster: "mysql",
	kind: "full",
	startedAt: "2026-11-25T02:00:00Z",
	finishedAt: "2026-11-25T02:00:41Z",
	source: { instance: "mysql-2", server: uuid, role: "replica" },
	term: 3,
	gtidExecuted: `${uuid}:1-42`,
	mysqlVersion: "9.7.4",
	bytes: 1_200_000_000,
	addedBytes: 37_000_000,
	booted: { at: "2026-11-25T02:00:20Z", seconds: 2.5, tables: 12, checks: [{ name: "pages", seconds: 3 }] },
	snapshot: "abc",
};

/** A CronJob whose jobs' pods say these lines and end with this code. */
export function job(api: FakeApi, name: string, log: readonly object[], exitCode: number): void {
	const template = { spec: { containers: [{ name: "job", image: "runtime:1", args: ["job", "anything"] }] } };
	const jobTemplate = { metadata: { labels: { part: "backup" } }, spec: { backoffLimit: 1, template } };
	api.routes.set(`GET ${batch}/cronjobs/${name}`, [
		200,
		{ metadata: { name, namespace: "mysql", uid: "u-1" }, spec: { jobTemplate } },
	]);
	api.routes.set(`POST ${batch}/jobs`, ({ body }) => [201, JSON.parse(body)]);
	const state = { terminated: { exitCode } };
	const pod = { metadata: { name: "pod-1" }, status: { phase: "Running", containerStatuses: [{ state }] } };
	api.routes.set(`GET ${base}/pods`, [200, { items: [pod] }]);
	api.routes.set(`GET ${base}/pods/pod-1/log`, [200, log.map((line) => JSON.stringify(line)).join("\n")]);
}

/** An archiver that says this. */
export function archiver(api: FakeApi, documents: { status?: object; catalogue?: object }): void {
	const pod = { metadata: { name: "mysql-archive-1" }, status: { phase: "Running" } };
	api.routes.set(`GET ${base}/pods`, [200, { items: [pod] }]);
	for (const [path, document] of Object.entries(documents))
		api.routes.set(`GET ${base}/pods/mysql-archive-1:8080/proxy/${path}`, [200, document]);
}

export const archiveDocument = {
	cluster: "mysql",
	throughGtid: `${uuid}:1-42`,
	throughAt: "2026-11-25T02:00:00Z",
	lagSeconds: 2.4,
	following: { instance: "mysql-2", role: "replica" },
	stores: [
		{ name: "store-1", through: 17, pendingBytes: 0, lastError: null },
		{ name: "store-2", through: 12, pendingBytes: 52_000_000, lastError: "connect ECONNREFUSED" },
	],
	spoolBytes: 52_000_000,
	segments: 17,
	provisional: false,
	alerts: ["archiveStoreAway"],
};

export const catalogueDocument = {
	cluster: "mysql",
	backups: [
		{
			...{ id: "20261124T020000Z-full-00000000", kind: "full", at: "2026-11-24T02:00:00Z", bytes: 1e9 },
			...{ gtid: `${uuid}:1-7`, stores: { "store-1": "present", "store-2": "present" } },
			verifiedAt: "2026-11-24T05:00:00Z",
		},
		{
			...{ id: entry.id, kind: "full", at: entry.startedAt, bytes: entry.bytes, gtid: entry.gtidExecuted },
			...{ stores: { "store-1": "present", "store-2": "missing" }, verifiedAt: null },
		},
		{
			...{ id: "20261125T033000Z-logical-00000000", kind: "logical", at: "2026-11-25T03:30:00Z", bytes: 5e8 },
			...{ gtid: `${uuid}:1-50`, stores: { "store-1": "present", "store-2": "unknown" }, verifiedAt: null },
		},
	],
	away: [{ store: "store-2", error: "connect ECONNREFUSED" }],
	alerts: ["backupKeyNotKept"],
};
