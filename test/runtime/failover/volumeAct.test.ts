import { describe, expect, test } from "@jest/globals";
import { replaceVolume } from "../../../runtime/failover/volumeAct.ts";
import type { VolumeObjects } from "../../../runtime/failover/volumeReads.ts";
import type { VolumeStep } from "../../../runtime/failover/volumeReplacement.ts";
import { type FakeOptions, fakeOperation } from "./fakeOperation.ts";
import { gtids, primaryReading, reads, record, replicaReading, silent, uuid, view } from "./scene.ts";
import { bound, objects } from "./volumeScene.ts";

const step: VolumeStep = { name: "mysql-1", term: 3, keeper: "mysql-2", answers: false, reason: "why", faulty: true };
const lost = objects({ claim: { ...bound, phase: "Lost" }, lostMs: 60_000 });
const seen = view([reads(primaryReading({}, { ackers: 1 })), silent(), reads(replicaReading(2))]);

function operation(found: VolumeObjects, change: Partial<FakeOptions> = {}) {
	return fakeOperation({ view: seen, record: record(), look: () => found, ...change });
}

/** What was done, and how it ended. */
async function done(found: VolumeObjects, change: Partial<FakeOptions> = {}, wanted: VolumeStep = step) {
	const made = operation(found, change);
	const error = await replaceVolume(made, wanted).then(
		() => null,
		(thrown: Error) => thrown,
	);
	return { done: made.done.filter((what) => what !== "wait"), error, saved: made.saved() };
}
const nothing = (word: RegExp) => ({
	done: [],
	error: expect.objectContaining({ message: expect.stringMatching(word) }),
});

describe("replacing a volume", () => {
	test("keeps the old one aside, notes it, and only then gives up claim and pod", async () => {
		const { done: steps, error, saved } = await done(lost);
		expect(error).toBeNull();
		expect(steps).toEqual(["keep pv-1", "record term 3 primary mysql-0", "release mysql-1 claim-1 pod-1"]);
		const { at: _at, ...noted } = saved?.volumes?.["mysql-1"] ?? { at: "" };
		expect(noted).toEqual({ claim: "claim-1", uuid: uuid(1), times: 1, reason: "why" });
	});

	test("makes an instance that answers stop acknowledging, and sees that another one has it all", async () => {
		const running = view([reads(primaryReading()), reads(replicaReading(1)), reads(replicaReading(2))]);
		const { done: steps } = await done(lost, { view: running }, { ...step, answers: true });
		expect(steps.slice(0, 2)).toEqual(["mysql-1: stop receiver", "mysql-2: apply"]);
		expect(steps.at(-1)).toBe("release mysql-1 claim-1 pod-1");
	});

	test("has nothing to keep where the volume is no longer there", async () => {
		const { done: steps } = await done(objects({ volume: "absent", lostMs: 60_000 }));
		expect(steps).toEqual(["record term 3 primary mysql-0", "release mysql-1 claim-1 pod-1"]);
	});

	test("is done to a running replica whose data are damaged, though Kubernetes knows of nothing", async () => {
		const damaged = { "mysql-1": { uuid: uuid(1), at: "2026-01-01T00:00:00.000Z", reason: "page 7" } };
		const running = view([reads(primaryReading()), reads(replicaReading(1)), reads(replicaReading(2))]);
		const found = objects({ pod: { uid: "pod-1", note: null, running: true } });
		const change = { view: running, record: record({ damaged }) };
		const { done: steps } = await done(found, change, { ...step, answers: true });
		expect(steps.at(-1)).toBe("release mysql-1 claim-1 pod-1");
		const since = { "mysql-1": { ...damaged["mysql-1"], uuid: "the data before" } };
		const other = { view: running, record: record({ damaged: since }) };
		expect(await done(found, other, { ...step, answers: true })).toMatchObject(nothing(/can be used/));
	});

	test("counts what came to nothing, begins anew after what worked, and carries on what it had begun", async () => {
		const earlier = (claim: string, server: string) => ({
			record: record({
				volumes: { "mysql-1": { at: "2026-01-01T00:00:00.000Z", claim, uuid: server, times: 2, reason: "" } },
			}),
		});
		const times = async (change: Partial<FakeOptions>) => (await done(lost, change)).saved?.volumes?.["mysql-1"]?.times;
		expect(await times(earlier("claim-0", uuid(1)))).toBe(3);
		expect(await times(earlier("claim-0", "the one before"))).toBe(1);
		expect(await times(earlier("claim-1", uuid(1)))).toBe(2);
	});
});

describe("a volume stays", () => {
	test("when nothing is wrong with it any more", async () => {
		expect(await done(objects())).toMatchObject(nothing(/can be used/));
		const note = { trouble: "failing", uuid: null, text: "", restarts: 2, running: false } as const;
		const recovering = objects({ pod: { uid: "pod-1", note, running: true } });
		expect(await done(recovering)).toMatchObject(nothing(/it runs, and does not answer/));
	});

	test("when its instance runs and could not be asked to stop acknowledging", async () => {
		const running = objects({ ...lost, pod: { uid: "pod-1", note: null, running: true } });
		expect(await done(running)).toMatchObject(nothing(/it runs, and does not answer/));
		expect(await done(running, {}, { ...step, keeper: null })).toMatchObject(nothing(/it runs/));
	});

	test("when the primary is not open, or not the one of its term", async () => {
		const closed = view([reads(primaryReading({}, { superReadOnly: true })), silent(), reads(replicaReading(2))]);
		expect(await done(lost, { view: closed })).toMatchObject(nothing(/primary is not open/));
		const empty = view([reads(primaryReading({}, { uuid: "new" })), silent(), reads(replicaReading(2))]);
		expect(await done(lost, { view: empty })).toMatchObject(nothing(/primary is not open/));
	});

	test("when the other replica lacks something that the primary has", async () => {
		const behind = view([reads(primaryReading()), silent(), reads(replicaReading(2, { executed: gtids(0, 50) }))]);
		expect(await done(lost, { view: behind })).toMatchObject(nothing(/still catching up/));
	});

	test("when somebody acknowledges, where nobody was to", async () => {
		expect(await done(lost, {}, { ...step, keeper: null })).toMatchObject(nothing(/may be mysql-1/));
	});

	test("when it cannot be read whether its data would be kept", async () => {
		expect(await done(objects({ ...lost, volume: null }))).toMatchObject(nothing(/cannot be read/));
	});

	test("when the primary was changed since the decision", async () => {
		const { done: steps, error } = await done(lost, {}, { ...step, term: 2 });
		expect(error?.name).toBe("RefusedError");
		expect(steps).toEqual(["keep pv-1"]);
	});

	test.each(["", "keep pv-1", "record term 3 primary mysql-0"])("when the lease ends after: %s", async (last) => {
		let over = last === "";
		const before = (what: string) => {
			over ||= what === last;
		};
		const { done: steps, error } = await done(lost, { before, leaseMs: () => (over ? 0 : 3000) });
		expect(error?.name).toBe("LostLeaseError");
		expect(steps).not.toContain("release mysql-1 claim-1 pod-1");
	});
});
