import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { snapshotLines } from "../../../runtime/commands/snapshot.ts";
import { listed, snapshotsLines } from "../../../runtime/commands/snapshots.ts";
import { snapshotAnnotations as written } from "../../../runtime/snapshot/snapshot.ts";
import { painter } from "../../../runtime/terminal/paint.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { job } from "./backupScene.ts";
import { cluster, run, uuid } from "./scene.ts";

// Each command is loaded when it is first called, which takes seconds on a busy machine.
jest.setTimeout(60_000);

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

const plain = painter(false);
const said = {
	snapshot: {
		...{ name: "mysql-20261127t050438123z", instance: "mysql-2", server: uuid, term: 3, version: "9.7.4" },
		...{ gtidExecuted: `${uuid}:1-42`, bytes: 4_000_000_000, stillSeconds: 2.4, seconds: 9.1, dirtyPages: 0 },
		...{ failedAttempts: [], notes: [] },
	},
	verdict: { verifiedAt: "2026-11-27T05:10:00Z", fault: null, seconds: 31 },
	released: ["mysql-20261120t050438123z"],
};

describe("mysql-dr snapshot", () => {
	test("begins a job, tells its steps, and ends with what was taken and what it cost", async () => {
		job(api, "mysql-snapshot", [{ step: "writing pages" }, { result: said }], 0);
		const { code, out, err } = await run(api, "snapshot");
		expect(code).toBe(0);
		expect(err).toContain("writing pages");
		expect(out).toEqual([
			"snapshot mysql-20261127t050438123z: taken in 9.1 s, verified",
			"of      mysql-2, whose applier stood still for 2.4 s",
			"holds   3e11fa47:1-42",
			"size    4.0 GB",
			"tried   in 31 s",
			"let go  mysql-20261120t050438123z",
			"next: mysql-dr snapshots",
		]);
	});

	test("prints what the job said as one document", async () => {
		job(api, "mysql-snapshot", [{ result: said }], 0);
		expect(JSON.parse((await run(api, "snapshot --json")).out.join("\n"))).toEqual(said);
	});

	test("ends with 3 where the snapshot is of no use, and says why", async () => {
		const verdict = { verifiedAt: null, fault: "the copy holds no transaction", seconds: 3 };
		job(api, "mysql-snapshot", [{ result: { ...said, verdict } }], 3);
		const { code, out } = await run(api, "snapshot");
		expect(code).toBe(3);
		expect(out[0]).toBe("snapshot mysql-20261127t050438123z: taken in 9.1 s, of no use: the copy holds no transaction");
	});

	test("tells attempts that came to nothing, and what was not as it should be", () => {
		const taken = { ...said.snapshot, failedAttempts: ["mysql-2 went on"], notes: ["mysql-2 is older"] };
		const lines = snapshotLines({ ...said, snapshot: taken }, plain);
		expect(lines.slice(-3)).toEqual(["! mysql-2 is older", "! mysql-2 went on", "next: mysql-dr snapshots"]);
	});

	test("says what is missing where the site has no class of snapshots", async () => {
		const { code, err } = await run(api, "snapshot");
		expect(code).toBe(1);
		expect(err.at(-1)).toMatch(/^there is no CronJob mysql-snapshot in namespace mysql: name a class of snapshots/);
	});
});

const path = "GET /apis/snapshot.storage.k8s.io/v1/namespaces/mysql/volumesnapshots";
const object = (hour: string, more: Record<string, string> = {}, made = true) => ({
	metadata: {
		name: `mysql-20261127t${hour}0000000z`,
		annotations: {
			...{ [written.gtidExecuted]: `${uuid}:1-42`, [written.instance]: "mysql-2", [written.server]: uuid },
			...{ [written.term]: "3", [written.version]: "9.7.4", [written.bytes]: "4000000000", ...more },
		},
	},
	status: made ? { creationTime: `2026-11-27T${hour}:00:00Z`, readyToUse: true } : {},
});
const verified = { [written.verifiedAt]: "2026-11-27T00:10:00Z" };

describe("mysql-dr snapshots", () => {
	test("shows a line a snapshot, the newest first, what is wrong, and what is in use", () => {
		const objects = [
			object("00", { ...verified, [written.inUseBy]: "clone reports" }),
			object("06", { [written.fault]: "the copy's file app/t.ibd is broken" }),
			object("12"),
			object("13", {}, false),
			{ metadata: { name: "somebody-elses" } },
		];
		expect(snapshotsLines(listed(objects), true, plain, new Date("2026-11-27T14:00:00Z"))).toEqual([
			"SNAPSHOT                   AGE         OF       TERM  TRANSACTIONS  SIZE    VERIFIED",
			"mysql-20261127t130000000z  being made  mysql-2  3     42            4.0 GB  not yet",
			"mysql-20261127t120000000z  2 h         mysql-2  3     42            4.0 GB  not yet",
			"mysql-20261127t060000000z  8 h         mysql-2  3     42            4.0 GB  of no use",
			"mysql-20261127t000000000z  14 h        mysql-2  3     42            4.0 GB  13 h ago",
			"! mysql-20261127t060000000z is of no use: the copy's file app/t.ibd is broken",
			"  mysql-20261127t000000000z is kept for clone reports",
		]);
	});

	test("prints one document", async () => {
		api.routes.set(path, [200, { items: [object("00", verified)] }]);
		const { code, out } = await run(api, "snapshots --json");
		expect(code).toBe(0);
		expect(JSON.parse(out.join("\n"))).toEqual({
			snapshots: [
				{
					name: "mysql-20261127t000000000z",
					takenAt: "2026-11-27T00:00:00.000Z",
					instance: "mysql-2",
					server: uuid,
					term: 3,
					gtidExecuted: `${uuid}:1-42`,
					transactions: 42,
					version: "9.7.4",
					bytes: 4_000_000_000,
					ready: true,
					verifiedAt: "2026-11-27T00:10:00Z",
					fault: null,
					content: null,
					inUseBy: null,
				},
			],
		});
	});

	test("says that there is none, and whether there could be", async () => {
		api.routes.set(path, [200, { items: [] }]);
		expect((await run(api, "snapshots")).out).toEqual(["there is no snapshot, and this site has no class of them"]);
		expect(snapshotsLines([], true, plain, new Date())).toEqual(["there is no snapshot yet"]);
	});

	test("says so where the cluster knows no snapshots at all", async () => {
		const { code, err } = await run(api, "snapshots");
		expect(code).toBe(1);
		expect(err).toEqual(["this cluster knows no volume snapshots (no kind VolumeSnapshot)"]);
	});
});
