/** What is counted, announced and reported of real acts, by the registry's own output and a real S3 server. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { pino } from "pino";
import type { Registry } from "prom-client";
import { alertNames } from "../../../runtime/failover/alerts.ts";
import { Announcer } from "../../../runtime/failover/announcer.ts";
import { bootstrap } from "../../../runtime/failover/bootstrapAct.ts";
import { RefusedError } from "../../../runtime/failover/cancel.ts";
import { type ChangeReport, reportKey, reportSchema } from "../../../runtime/failover/changeReport.ts";
import { type ClusterEvent, EventQueue } from "../../../runtime/failover/eventQueue.ts";
import { failover } from "../../../runtime/failover/failoverAct.ts";
import { Measures } from "../../../runtime/failover/measures.ts";
import { metrics, type Seen } from "../../../runtime/failover/metrics.ts";
import type { Work } from "../../../runtime/failover/observer.ts";
import { type Change, type ClusterRecord, parseRecord } from "../../../runtime/failover/record.ts";
import { ReportKeeper } from "../../../runtime/failover/reportKeeper.ts";
import { status } from "../../../runtime/failover/status.ts";
import { switchover } from "../../../runtime/failover/switchoverAct.ts";
import { Telemetry } from "../../../runtime/failover/telemetry.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { fakeOperation } from "./fakeOperation.ts";
import { ManualClock } from "./manualClock.ts";
import { gtids, healthy, lostSource, primaryReading, reads, record, replicaReading, silent, view } from "./scene.ts";

jest.setTimeout(60_000);
const log = pino({ level: "silent" });
const wait = { action: { do: "wait", reason: "steady" }, repairs: [], alerts: [] } as const;
const lost = view([
	silent(),
	reads(replicaReading(1, {}, lostSource)),
	reads(replicaReading(2, { executed: gtids(0, 99) }, lostSource)),
]);

function watched({ stores = [], seen = () => null }: { stores?: ObjectStore[]; seen?: () => Seen | null } = {}) {
	const clock = new ManualClock();
	const registry = metrics(seen, () => true);
	const measures = new Measures(registry);
	const written: ClusterEvent[] = [];
	const queue = new EventQueue({
		write: async (event) => void written.push(event),
		clock,
		onLost: () => measures.eventLost(),
	});
	const reports = new ReportKeeper({ stores, clock, log, onStored: (...told) => measures.stored(...told) });
	const announcer = new Announcer(queue, clock);
	const parts = { measures, queue, announcer, reports, clock };
	const telemetry = new Telemetry({ ...parts, self: "watchdog-1", site: "dev", region: "local-1" });
	return { ...parts, telemetry, registry, written };
}

/** A failover as the leader does it: looked at, then acted, each act taking a tenth of a second. */
async function failedOver(scene = watched()) {
	const { telemetry, clock } = scene;
	telemetry.decided(healthy(), record(), wait, []);
	clock.pass(1000);
	const before = () => clock.pass(100);
	const operation = { ...fakeOperation({ view: lost, record: record(), before }), witness: telemetry };
	const work: Work = { kind: "failover", subject: null, reason: "killed" };
	await telemetry.work(work, () => failover(operation, { from: "mysql-0", reason: "killed", stalled: false }));
	await scene.queue.settled();
	return { ...scene, record: operation.saved() as ClusterRecord };
}

async function value(registry: Registry, name: string, labels: Record<string, string> = {}): Promise<number | null> {
	const text = await registry.metrics();
	const wanted = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
	const line = text.split("\n").find((l) => l.match(/^[a-z_]+/)?.[0] === name && wanted.every((w) => l.includes(w)));
	return line === undefined ? null : Number(line.split(" ").at(-1));
}

describe("metrics", () => {
	test("count a failover and each of its steps, and how long the clients were without a primary", async () => {
		const { registry } = await failedOver();
		expect(await value(registry, "mysql_dr_changes_total", { kind: "failover", outcome: "done" })).toBe(1);
		expect(await value(registry, "mysql_dr_change_duration_seconds_count", { kind: "failover" })).toBe(1);
		for (const step of ["detect", "revoke", "choose", "catchUp", "record", "promote", "publish", "follow"])
			expect(
				await value(registry, "mysql_dr_change_step_duration_seconds_count", { kind: "failover", step }),
			).toBeGreaterThan(0);
		// Last seen open 1 s before, and six acts of 0.1 s until the clients were moved.
		const downtime = await value(registry, "mysql_dr_last_change_downtime_seconds", { kind: "failover" });
		expect(downtime).toBeGreaterThan(1);
		expect(downtime).toBeLessThan(3);
	});

	test("count what was refused and what failed as that", async () => {
		const { telemetry, registry } = watched();
		const work: Work = { kind: "switchover", subject: null, reason: "requested" };
		const refuse = telemetry.work(work, () => Promise.reject(new RefusedError("not now")));
		await expect(refuse).rejects.toThrow("not now");
		const repair: Work = { kind: "rebuild", subject: "mysql-1", reason: "errant" };
		await expect(telemetry.work(repair, () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
		expect(await value(registry, "mysql_dr_changes_total", { kind: "switchover", outcome: "refused" })).toBe(1);
		expect(await value(registry, "mysql_dr_repairs_total", { repair: "rebuild", outcome: "failed" })).toBe(1);
		expect(await value(registry, "mysql_dr_change_duration_seconds_count", { kind: "switchover" })).toBeNull();
	});

	test("of what has not happened are there with 0, so that a first increase is seen", async () => {
		const { registry } = watched();
		expect(await value(registry, "mysql_dr_changes_total", { kind: "failover", outcome: "done" })).toBe(0);
		expect(await value(registry, "mysql_dr_repairs_total", { repair: "rebuild", outcome: "done" })).toBe(0);
	});

	const leading = (): Seen => {
		const seen = view([
			reads(primaryReading({}, { waitingCommits: 3 })),
			reads(replicaReading(1)),
			reads(replicaReading(2)),
		]);
		const age = { ms: 12_300, known: true, current: false, serves: false };
		const of = {
			site: "dev",
			region: "local-1",
			cluster: "test",
			doing: "steady",
			lastOpen: null,
			view: seen,
			record: record(),
		};
		const watchdog = { leader: "w", zone: null, members: [] };
		const shown = status({ ...of, watchdog, reads: new Map([["mysql-1", age]]), alerts: ["noFreshReplica"] });
		return { status: shown, view: seen, reportsPending: 2 };
	};

	test("say of every alert whether it is there", async () => {
		const { registry } = watched({ seen: leading });
		for (const alert of alertNames)
			expect(await value(registry, "mysql_dr_alert", { alert })).toBe(alert === "noFreshReplica" ? 1 : 0);
	});

	test("show the primary's ackers and waiting commits, and how old each replica's data are", async () => {
		const { registry } = watched({ seen: leading });
		expect(await value(registry, "mysql_dr_ackers")).toBe(2);
		expect(await value(registry, "mysql_dr_waiting_commits")).toBe(3);
		expect(await value(registry, "mysql_dr_instance_lag_seconds", { instance: "mysql-1" })).toBe(12.3);
		expect(await value(registry, "mysql_dr_instance_serves_reads", { instance: "mysql-1" })).toBe(0);
		expect(await value(registry, "mysql_dr_reports_pending")).toBe(2);
		expect(await value(registry, "mysql_dr_paused")).toBe(0);
	});

	test("of the database come from the leader alone", async () => {
		const { registry } = watched();
		for (const name of ["term", "protected", "ackers", "paused", "instance_ready", "alert"])
			expect(await value(registry, `mysql_dr_${name}`)).toBeNull();
		expect(await value(registry, "mysql_dr_leader")).toBe(1);
	});

	test("are named by Prometheus' convention, and each says what it is", async () => {
		const { registry } = await failedOver(watched({ seen: leading }));
		for (const { name, type, help } of await registry.getMetricsAsJSON()) {
			if (!name.startsWith("mysql_dr_")) continue;
			expect(name).toMatch(/^[a-z_]+$/);
			expect(name.endsWith("_total")).toBe(type === ("counter" as never));
			if (type === ("histogram" as never)) expect(name).toMatch(/_seconds$/);
			expect(help).not.toBe("");
		}
	});
});

describe("events", () => {
	test("tell a failover's beginning, each step and its end, after the clients were moved", async () => {
		const scene = watched();
		const moved: number[] = [];
		scene.telemetry.step = ((step: string, phase: null) => {
			Telemetry.prototype.step.call(scene.telemetry, step, phase);
			if (phase === ("publish" as never)) moved.push(scene.written.length);
		}) as never;
		const { written } = await failedOver(scene);
		expect(moved).toEqual([0]);
		expect(written.map(({ reason }) => reason)).toEqual([
			"FailoverBegun",
			...Array.from({ length: 8 }, () => "FailoverStep"),
			"FailoverDone",
		]);
		expect(written[0]).toMatchObject({ message: "killed", subject: null, type: "Normal" });
	});

	test("tell a repair on the pod that it is about, and a failure as a warning", async () => {
		const { telemetry, queue, written } = watched();
		const repair: Work = { kind: "rebuild", subject: "mysql-1", reason: "errant" };
		await telemetry.work(repair, async () => {});
		await telemetry.work(repair, () => Promise.reject(new Error("no disk"))).catch(() => {});
		await queue.settled();
		expect(written.map(({ reason, subject, type }) => [reason, subject, type])).toEqual([
			["RebuildBegun", "mysql-1", "Normal"],
			["RebuildDone", "mysql-1", "Normal"],
			["RebuildFailed", "mysql-1", "Warning"],
		]);
	});

	test("tell when a condition begins and when it is over, and nothing of a moment's", async () => {
		const { telemetry, queue, written, clock } = watched();
		const seconds = async (count: number, ...alerts: ("quorum" | "primaryUnseen")[]) => {
			for (let n = 0; n < count; n += 1) {
				telemetry.decided(healthy(), record(), { ...wait, alerts }, []);
				clock.pass(1000);
			}
			await queue.settled();
		};
		await seconds(1, "primaryUnseen");
		await seconds(5, "quorum");
		await seconds(2);
		expect(written.map(({ reason, message }) => `${reason} ${message.split(/[ :]/)[0]}`)).toEqual([
			"AlertRaised quorum",
			"AlertCleared quorum",
		]);
	});

	test("say once what fails in every round", async () => {
		const { telemetry, queue, written } = watched();
		const work: Work = { kind: "failover", subject: null, reason: "killed" };
		for (let n = 0; n < 20; n += 1)
			await telemetry.work(work, () => Promise.reject(new RefusedError("no quorum"))).catch(() => {});
		await queue.settled();
		expect(written.map(({ reason }) => reason)).toEqual(["FailoverBegun", "FailoverRefused"]);
	});

	test("are lost, counted and in nobody's way when the API takes none", async () => {
		const lostEvents: number[] = [];
		const clock = new ManualClock();
		const never = () => new Promise<void>(() => {});
		const queue = new EventQueue({ write: never, clock, onLost: () => void lostEvents.push(1) });
		for (let n = 0; n < 1000; n += 1)
			queue.add({ at: new Date(), reason: "X", message: String(n), type: "Normal", subject: null });
		// One is on its way, two hundred wait.
		expect(lostEvents).toHaveLength(799);
		const failing = new EventQueue({
			write: () => Promise.reject(new Error("away")),
			clock,
			onLost: () => void lostEvents.push(1),
		});
		failing.add({ at: new Date(), reason: "X", message: "x", type: "Normal", subject: null });
		await failing.settled();
		expect(lostEvents).toHaveLength(800);
	});
});

describe("every step of a change", () => {
	test("has a phase, so that it can be measured", async () => {
		const steps: Change["steps"] = [];
		const note = ({ lastChange }: ClusterRecord) => void steps.push(...(lastChange?.steps ?? []));
		note((await failedOver()).record);
		const calm = fakeOperation({ view: healthy(), record: record() });
		await switchover(calm, "mysql-1", "requested");
		note(calm.saved() as ClusterRecord);
		const first = fakeOperation({ view: healthy(), record: record() });
		await bootstrap(first, "mysql-0", "no record yet");
		note(first.saved() as ClusterRecord);
		expect(steps.length).toBeGreaterThan(15);
		expect(steps.filter(({ phase }) => phase === undefined)).toEqual([]);
	});
});

const program = await versitygw();
(program === undefined ? describe.skip : describe)("the report of a change", () => {
	let near: Gateway;
	let far: Gateway;
	let stores: ObjectStore[];
	let made = 0;

	beforeAll(async () => {
		[near, far] = await Promise.all([Gateway.up(program as string, "near"), Gateway.up(program as string, "far")]);
		stores = [near, far].map(({ store, keys }) => s3Store({ store, keys: async () => keys, deadlineMs: 5000 }));
	});
	afterAll(() => Promise.all([near.stop(), far.stop()]));

	/** A record whose last change is this test's own. */
	async function changed(more: Partial<Change> = {}): Promise<ClusterRecord> {
		made += 1;
		const { record } = await failedOver();
		const startedAt = new Date(Date.UTC(2026, 0, made)).toISOString();
		const lastChange = { ...(record.lastChange as Change), startedAt, ...more };
		return parseRecord(JSON.stringify({ ...record, lastChange }));
	}
	const read = async (store: ObjectStore | undefined, of: ClusterRecord): Promise<ChangeReport> =>
		reportSchema.parse(JSON.parse(String(await store?.get(reportKey(of, of.lastChange as Change)))));

	test("is in both stores, with its timeline, who led and what was held", async () => {
		const { telemetry, reports } = watched({ stores });
		const of = await changed();
		telemetry.decided(healthy(), of, wait, []);
		await reports.settled();
		const written = await read(stores[0], of);
		expect(written).toMatchObject({
			kind: "failover",
			outcome: "done",
			from: "mysql-0",
			to: "mysql-1",
			leader: "watchdog-1",
			reporter: "watchdog-1",
			gtidBefore: { "mysql-1": gtids(0, 100), "mysql-2": gtids(0, 99) },
			gtidAfter: gtids(0, 100),
			versions: { "mysql-0": "9.7.4" },
		});
		expect(written.timeline.map(({ phase }) => phase)).toContain("publish");
		expect(await read(stores[1], of)).toEqual(written);
		expect(reports.pending).toBe(0);
	});

	test("is written once: a later leader finds it and leaves it as it is", async () => {
		const of = await changed();
		const [first, second] = [watched({ stores }), watched({ stores })];
		first.telemetry.decided(healthy(), of, wait, []);
		await first.reports.settled();
		second.telemetry.decided(healthy(), { ...of, cluster: of.cluster, primary: of.primary }, wait, []);
		await second.reports.settled();
		expect(await value(second.registry, "mysql_dr_store_writes_total", { store: "near", outcome: "present" })).toBe(1);
		expect(second.reports.pending).toBe(0);
	});

	test("that a lost leader left half-way is written by its successor, once the primary is open and reached", async () => {
		const of = await changed({ finishedAt: null });
		const { telemetry, reports } = watched({ stores });
		telemetry.decided(lost, of, wait, []);
		await reports.settled();
		expect(await stores[0]?.head(reportKey(of, of.lastChange as Change))).toBeNull();
		const promoted = { ...of, primary: "mysql-0" };
		telemetry.decided(healthy(), promoted, wait, []);
		await reports.settled();
		expect(await read(stores[0], of)).toMatchObject({ outcome: "completed", finishedAt: null, durationSeconds: null });
	});

	test("waits for a store that is away, says so after a minute, and is there when the store is back", async () => {
		const { telemetry, reports, clock } = watched({ stores });
		await far.stop();
		const [first, second] = [await changed(), await changed()];
		telemetry.decided(healthy(), first, wait, []);
		telemetry.decided(healthy(), second, wait, []);
		expect(reports.pending).toBe(2);
		await clock.asleep();
		expect(await read(stores[0], first)).toMatchObject({ kind: "failover" });
		expect(reports.alerts).toEqual([]);
		clock.pass(61_000);
		await clock.asleep();
		expect(reports.alerts).toEqual(["evidenceUnstored"]);
		await far.start();
		clock.pass(10_000);
		await reports.settled();
		expect((await read(stores[1], first)).startedAt).toBe(first.lastChange?.startedAt);
		expect((await read(stores[1], second)).startedAt).toBe(second.lastChange?.startedAt);
		expect(reports.alerts).toEqual([]);
	});
});
