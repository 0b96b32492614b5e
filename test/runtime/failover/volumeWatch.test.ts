import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ClusterRecord } from "../../../runtime/failover/record.ts";
import { VolumeWatch, volumeHoldOff } from "../../../runtime/failover/volumeWatch.ts";
import { ManualClock } from "./manualClock.ts";
import { record, uuid } from "./scene.ts";
import { bound, look, pod } from "./volumeScene.ts";

const minute = 60_000;
const began = Date.parse("2026-01-01T00:00:00Z");
const replaced = (times: number, change: Partial<ClusterRecord> = {}) =>
	record({
		volumes: { "mysql-1": { at: new Date(began).toISOString(), claim: "claim-0", uuid: uuid(1), times, reason: "" } },
		...change,
	});
const holdOff = (known: ClusterRecord | null, wall: number) => volumeHoldOff(known, "mysql-1", wall, 5 * minute);

describe("a volume is not replaced again", () => {
	test("within the hold-off, which doubles while nothing comes of it, up to a day", () => {
		expect(holdOff(replaced(1), began + minute)).toBe(4 * minute);
		expect(holdOff(replaced(2), began)).toBe(10 * minute);
		expect(holdOff(replaced(5), began)).toBe(80 * minute);
		expect(holdOff(replaced(60), began)).toBe(24 * 60 * minute);
		expect(holdOff(replaced(1), began + 5 * minute)).toBe(0);
	});

	test("for no longer than the hold-off once its instance was admitted again", () => {
		const uuids = { "mysql-0": uuid(0), "mysql-1": "another", "mysql-2": uuid(2) };
		expect(holdOff(replaced(5, { uuids }), began)).toBe(5 * minute);
	});

	test("unless it never was", () => {
		expect(holdOff(record(), began)).toBe(0);
		expect(holdOff(null, began)).toBe(0);
	});

	test("for longer than the whole time, whatever the clock was set to", () => {
		fc.assert(
			fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 1, max: 2000 }), (ms, times) => {
				const left = holdOff(replaced(times), began + ms);
				expect(left).toBeGreaterThanOrEqual(0);
				expect(left).toBeLessThanOrEqual(Math.min(24 * 60 * minute, 5 * minute * 2 ** (times - 1)));
			}),
		);
	});
});

describe("what is seen of a volume", () => {
	const lost = look({ claim: { ...bound, uid: "claim-0", phase: "Lost" }, lostMs: minute });
	const watch = (seen: typeof lost | null) => {
		const clock = new ManualClock();
		return { clock, watch: new VolumeWatch({ seen: () => seen }, { mountMs: minute, holdOffMs: 5 * minute }, clock) };
	};

	test("is that its data are damaged, for as long as they are the ones that count", () => {
		const { watch: made } = watch(look());
		const known = (server: string) =>
			record({ damaged: { "mysql-1": { uuid: server, at: "2026-01-01T00:00:00.000Z", reason: "page 7" } } });
		expect(made.view("mysql-1", pod(), known(uuid(1)))?.fault).toEqual({
			kind: "unusable",
			reason: "its data are damaged: page 7",
		});
		expect(made.view("mysql-1", pod(), known("the data before"))?.fault).toBeNull();
		expect(watch(look({ claim: null })).watch.view("mysql-1", pod(), known(uuid(1)))?.fault).toBeNull();
	});

	test("is nothing before the first look", () => {
		expect(watch(null).watch.view("mysql-1", pod(), record())).toBeNull();
	});

	const step = { name: "mysql-1", term: 3, keeper: null, answers: false, reason: "", faulty: true };
	const replacing = { do: "replaceVolume", step, request: null } as const;
	const pods = new Map([["mysql-1", pod()]]);

	test("rests after each attempt, and what was begun with that very claim is then carried on", async () => {
		const { clock, watch: made } = watch(lost);
		const known = replaced(1, {});
		expect(made.view("mysql-1", pod(), known)?.resting).toBe(false);
		const refused = made.during(replacing, pods, () => Promise.reject(new Error("refused")));
		await expect(refused).rejects.toThrow("refused");
		expect(made.busy("mysql-1", pod())).toBeNull();
		expect(made.view("mysql-1", pod(), known)).toMatchObject({ fault: { kind: "gone" }, resting: true });
		clock.pass(30_000);
		expect(made.view("mysql-1", pod(), known)?.resting).toBe(false);
	});

	test("is that it is about to go, until its instance has another pod", async () => {
		const { clock, watch: made } = watch(lost);
		expect(made.busy("mysql-1", pod())).toBeNull();
		await made.during(replacing, pods, async () => {});
		expect(made.busy("mysql-1", pod())).toBe("replaceVolume");
		expect(made.busy("mysql-1", undefined)).toBe("replaceVolume");
		expect(made.busy("mysql-1", pod({ uid: "pod-2" }))).toBeNull();
		expect(made.busy("mysql-2", pod())).toBeNull();
		clock.pass(30_000);
		expect(made.busy("mysql-1", pod())).toBeNull();
	});

	test("is the part that is in use, as its instance says, and that it has not grown yet", async () => {
		const seen = look({ claim: { ...bound, requested: 12, capacity: 10 } });
		const { clock, watch: made } = watch(seen);
		expect(made.growing).toBe(false);
		expect(made.view("mysql-1", pod(), record())?.size).toEqual({ requested: 12, capacity: 10, usedShare: null });
		expect(made.growing).toBe(true);
		made.hasRoom("mysql-1", { total: 1000, free: 250, used: 7 });
		expect(made.view("mysql-1", pod(), record())?.size?.usedShare).toBe(0.75);
		// Many volumes share that file system.
		made.hasRoom("mysql-1", { total: 1000, free: 900, used: 9 });
		expect(made.view("mysql-1", pod(), record())?.size?.usedShare).toBe(0.9);
		made.hasRoom("mysql-1", null);
		expect(made.view("mysql-1", pod(), record())?.size?.usedShare).toBeNull();
		clock.pass(60_000);
		expect(made.growing).toBe(false);
		const step = { names: ["mysql-1"], to: 12, reason: "" };
		await made.during({ do: "growVolumes", step, reason: "" }, pods, async () => {});
		expect(made.growing).toBe(true);
	});

	test("is that its claim is to be made anew, once nothing uses it, and after a moment if that was tried", async () => {
		const { clock, watch: made } = watch(look({ claim: { ...bound, ending: true, held: true } }));
		const unmade = (facts: Parameters<typeof made.view>[1]) => made.view("mysql-1", facts, record())?.unmade;
		expect([unmade(undefined), unmade(pod({ node: null, running: false }))]).toEqual([true, true]);
		expect([unmade(pod()), unmade(pod({ node: null, ending: true }))]).toEqual([false, false]);
		const trying = made.during({ do: "makeVolume", name: "mysql-1", reason: "" }, pods, () => {
			return Promise.reject(new Error("still in use"));
		});
		await expect(trying).rejects.toThrow("still in use");
		expect(unmade(undefined)).toBe(false);
		clock.pass(2000);
		expect(unmade(undefined)).toBe(true);
		const { watch: going } = watch(look({ claim: { ...bound, ending: true } }));
		expect(going.view("mysql-1", undefined, record())?.unmade).toBe(false);
	});

	test("is held back while the claim that was made instead is young", () => {
		const { watch: made } = watch(look({ claim: { ...bound, uid: "claim-9", phase: "Lost" }, lostMs: minute }));
		const now = { at: new Date(began).toISOString(), claim: "claim-0", uuid: uuid(1), times: 1, reason: "" };
		expect(made.view("mysql-1", pod(), record({ volumes: { "mysql-1": now } }))?.heldBack).toBe(true);
	});
});
