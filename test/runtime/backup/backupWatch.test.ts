import { expect, test } from "@jest/globals";
import type { V1Job } from "@kubernetes/client-node";
import { BackupWatch } from "../../../runtime/backup/backupWatch.ts";
import { entryKey } from "../../../runtime/backup/entry.ts";
import { catalogueSchema } from "../../../runtime/kubernetes/archiverStatus.ts";
import { contains, emptySet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { entry } from "../commands/backupScene.ts";
import { settings } from "../commands/scene.ts";

/** A store that only reads; null is one that is away. */
function store(name: string, objects: Record<string, unknown> | null): ObjectStore {
	const unused = () => Promise.reject(new Error("not expected"));
	return {
		name,
		put: unused,
		getRange: unused,
		head: unused,
		remove: unused,
		get: async (key) => (objects?.[key] === undefined ? null : Buffer.from(JSON.stringify(objects[key]))),
		async *list(prefix) {
			if (objects === null) throw new Error("connect ECONNREFUSED");
			for (const key of Object.keys(objects).sort())
				if (key.startsWith(prefix)) yield { key, size: 1, modifiedAt: new Date(0) };
		},
	};
}

const kept = { [entryKey("mysql", entry.id)]: entry };

function job(cronJob: string, minute: number, type?: "Complete" | "Failed"): V1Job {
	const creationTimestamp = new Date(Date.UTC(2026, 10, 25, 2, minute));
	const owner = { apiVersion: "batch/v1", kind: "CronJob", name: cronJob, uid: "u" };
	return {
		metadata: { name: `${cronJob}-${minute}`, creationTimestamp, ownerReferences: [owner] },
		status: { conditions: type ? [{ type, status: "True" }] : [] },
	};
}

function watch({ stores = [store("one", {})], begun = true, now = "2026-11-25T02:30:00Z", gap = "" }) {
	const scene = { jobs: [] as V1Job[], created: [] as string[], reasons: [] as string[], now };
	const watching = new BackupWatch({
		settings: { ...settings(), backup: { keySecret: "k", keyManaged: false, scratchBytes: 1, checks: [] } },
		stores,
		access: {
			namespace: "mysql",
			jobs: async () => scene.jobs,
			secret: async () => null,
			cronJob: async (name) => ({
				metadata: { name },
				spec: {
					schedule: "0 2 * * *",
					jobTemplate: { spec: { template: { spec: { containers: [{ name: "job" }] } } } },
				},
			}),
			async createJob(made) {
				scene.created.push(made.metadata?.ownerReferences?.[0]?.name ?? "");
				scene.reasons.push(made.metadata?.annotations?.["mysql-dr/reason"] ?? "");
				return made;
			},
		},
		begun: () => begun,
		gaps: {
			look: async (held) => {
				const missing = parseGtidSet(gap);
				return held.some((set) => contains(set, missing)) ? emptySet : missing;
			},
		},
		onError: (error) => {
			throw error;
		},
		now: () => new Date(scene.now),
	});
	return { watching, scene };
}

test("a first full backup is asked for once, when the archive has begun and no store says that there is one", async () => {
	const early = watch({ begun: false });
	await early.watching.look();
	expect(early.scene.created).toEqual([]);
	const { watching, scene } = watch({});
	await watching.look();
	await watching.look();
	expect(scene.created).toEqual(["mysql-backup-full"]);
	const half = watch({ stores: [store("one", {}), store("two", null)] });
	await half.watching.look();
	expect(half.scene.created).toEqual([]);
	const there = watch({ stores: [store("one", kept)] });
	await there.watching.look();
	expect(there.scene.created).toEqual([]);
});

test("none is asked for while one is made, and that there is none is no alert meanwhile", async () => {
	const { watching, scene } = watch({});
	scene.jobs = [job("mysql-backup-full", 0)];
	await watching.look();
	expect([scene.created, watching.alerts]).toEqual([[], []]);
	scene.jobs = [job("mysql-backup-full", 0, "Failed")];
	await watching.look();
	expect(scene.created).toEqual(["mysql-backup-full"]);
	expect(watching.alerts).toEqual(["backupFailed"]);
});

test("a full backup is asked for because of a gap, again after one that failed, until one holds it", async () => {
	const beyond = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1000-1009";
	const objects: Record<string, unknown> = { ...kept };
	const { watching, scene } = watch({ stores: [store("one", objects)], gap: beyond });
	await watching.look();
	expect(scene.reasons).toEqual([`the archive has a gap: ${beyond}`]);
	scene.jobs = [job("mysql-backup-full", 30)];
	scene.now = "2026-11-25T02:45:00Z";
	await watching.look();
	expect(scene.created).toHaveLength(1);
	scene.jobs = [job("mysql-backup-full", 30, "Failed")];
	await watching.look();
	expect(scene.created).toEqual(["mysql-backup-full", "mysql-backup-full"]);
	scene.now = "2026-11-25T02:46:00Z";
	await watching.look();
	expect(scene.created).toHaveLength(2);
	scene.now = "2026-11-25T03:00:00Z";
	objects[entryKey("mysql", "later")] = { ...entry, id: "later", gtidExecuted: beyond };
	await watching.look();
	expect(scene.created).toHaveLength(2);
});

test("a failure is remembered after Kubernetes forgot the job, until a later one of its kind is done", async () => {
	const { watching, scene } = watch({ stores: [store("one", kept)] });
	scene.jobs = [job("mysql-backup-care", 1, "Complete"), job("mysql-backup-care", 2, "Failed")];
	await watching.look();
	scene.jobs = [];
	await watching.look();
	expect(watching.alerts).toEqual(["backupFailed"]);
	scene.jobs = [job("mysql-backup-full", 5, "Complete"), job("mysql-backup-care", 3)];
	await watching.look();
	expect(watching.alerts).toEqual(["backupFailed"]);
	scene.jobs = [job("mysql-backup-care", 3, "Complete")];
	await watching.look();
	expect(watching.alerts).toEqual([]);
});

test("the catalogue that it serves is what the desk reads, a store that is away among it", async () => {
	const { watching } = watch({ stores: [store("one", kept), store("two", null)] });
	const document = catalogueSchema.parse(JSON.parse(JSON.stringify(await watching.document())));
	expect(document.backups).toEqual([
		expect.objectContaining({ id: entry.id, stores: { one: "present", two: "unknown" }, verifiedAt: null }),
	]);
	expect(document.away).toEqual([{ store: "two", error: "connect ECONNREFUSED" }]);
});
