import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decide } from "../../../runtime/failover/decide.ts";
import { growth } from "../../../runtime/failover/growth.ts";
import { perform } from "../../../runtime/failover/perform.ts";
import type { View, VolumeSize } from "../../../runtime/failover/view.ts";
import { fakeOperation } from "./fakeOperation.ts";
import { facts, healthy, reads, record, replicaReading, silent, view } from "./scene.ts";
import { access } from "./seedScene.ts";

const GiB = 2 ** 30;
const size = (gib: number, usedShare: number | null = 0.5, capacity = gib): VolumeSize => ({
	requested: gib * GiB,
	capacity: capacity * GiB,
	usedShare,
});

function scene(...sizes: readonly (VolumeSize | null)[]): View {
	const seen = healthy();
	const stands = { fault: null, resting: false, heldBack: false, runs: true, unmade: false, unconnected: false };
	const volume = (at: VolumeSize | null) => ({ ...stands, size: at });
	return { ...seen, instances: seen.instances.map((i, n) => ({ ...i, volume: volume(sizes[n] ?? null) })) };
}
const upTo = (gib: number | null, declared = 10) => ({
	...facts,
	volumes: { declared: declared * GiB, upTo: gib === null ? null : gib * GiB },
});
const names = ["mysql-0", "mysql-1", "mysql-2"];

describe("volumes grow", () => {
	test("all together, by a fifth, when one of them is more than 80 % full", () => {
		const seen = scene(size(10), size(10, 0.81), size(10));
		expect(growth(seen, upTo(50))).toEqual({ names, to: 12 * GiB, reason: "81 % of a volume are in use" });
		expect(growth(scene(size(10), size(10, 0.8), size(10)), upTo(50))).toBeNull();
	});

	test("by a GiB at least, in whole ones, and never beyond the limit", () => {
		const full = (gib: number) => scene(size(gib, 0.9), size(gib), size(gib));
		expect(growth(full(2), upTo(50, 2))?.to).toBe(3 * GiB);
		expect(growth(full(33), upTo(50))?.to).toBe(40 * GiB);
		expect(growth(full(45), upTo(50))?.to).toBe(50 * GiB);
		expect(growth(full(50), upTo(50))).toBeNull();
		expect(growth(full(10), upTo(null))).toBeNull();
	});

	test("one step at a time: not while one of them has not got the last one, or its room is not known anew", () => {
		const seen = scene(size(10, 0.95), size(10), size(10));
		expect(growth({ ...seen, growing: true }, upTo(50))).toBeNull();
	});

	test("where one of them is smaller than the others, or than it was declared, whatever the limit is", () => {
		const reason = "another one is larger";
		expect(growth(scene(size(10), size(12), size(12)), upTo(null))).toEqual({
			names: ["mysql-0"],
			to: 12 * GiB,
			reason,
		});
		expect(growth(scene(size(10), size(10), size(10)), upTo(50, 20))).toEqual({ names, to: 20 * GiB, reason });
	});

	test("not while it is not known how large each of them is", () => {
		expect(growth(scene(size(10, 0.95), null, size(12)), upTo(50))).toBeNull();
		expect(growth(healthy(), upTo(50))).toBeNull();
	});

	test("whatever there is: never beyond the limit but to what another has, never smaller, and in the end no more", () => {
		const one = fc.record({ gib: fc.integer({ min: 1, max: 100 }), used: fc.double({ min: 0, max: 1, noNaN: true }) });
		fc.assert(
			fc.property(fc.tuple(one, one, one), fc.option(fc.integer({ min: 1, max: 200 })), (all, limit) => {
				let sizes = all.map(({ gib, used }) => size(gib, used));
				const most = Math.max(...all.map(({ gib }) => gib), 10) * GiB;
				const next = () => growth(scene(...sizes), upTo(limit));
				let steps = 0;
				for (let step = next(); step !== null; step = next()) {
					const { to, names: grown } = step;
					for (const name of grown) expect(to).toBeGreaterThan(sizes[names.indexOf(name)]?.requested ?? 0);
					expect(to).toBeLessThanOrEqual(Math.max(most, (limit ?? 0) * GiB));
					const has = (each: VolumeSize) => ({ ...each, requested: to, capacity: to });
					sizes = sizes.map((each, n) => (grown.includes(names[n] ?? "") ? has(each) : each));
					steps += 1;
					expect(steps).toBeLessThan(60);
				}
			}),
		);
	});
});

describe("the watchdog", () => {
	const full = scene(size(10, 0.95), size(10), size(10));

	test("asks for larger volumes when nothing else is to be done, and not during a pause", () => {
		expect(decide(full, record(), upTo(50))).toMatchObject({ action: { do: "growVolumes" }, alerts: ["volumeFull"] });
		const paused = { until: "2026-01-01T01:00:00.000Z", reason: "" };
		expect(decide({ ...full, paused }, record(), upTo(50)).action.do).toBe("wait");
		const busy = { ...full, published: "elsewhere" };
		expect(decide(busy, record(), upTo(50)).action.do).toBe("publish");
	});

	test("does so too where nobody is open: full volumes may be why", () => {
		const dead = view([silent(), silent(), reads(replicaReading(2))]);
		const instances = dead.instances.map((i, n) => ({ ...i, volume: full.instances[n]?.volume ?? null }));
		expect(decide({ ...dead, instances }, record(), upTo(50)).action.do).toBe("growVolumes");
	});

	test("says that a volume is full whether it grows or not", () => {
		expect(decide(full, record(), upTo(10))).toMatchObject({ action: { do: "wait" }, alerts: ["volumeFull"] });
		const room = scene(size(10, 0.9), size(10), size(10));
		expect(decide(room, record(), upTo(10)).alerts).toEqual([]);
	});

	test("asks for each of them, and fails where one is not allowed to grow", async () => {
		const { action } = decide(full, record(), upTo(50));
		if (action.do !== "growVolumes") throw new Error(action.do);
		const means = { schemas: [], access: access() };
		const operation = fakeOperation({ view: full, record: record() });
		await perform(operation, action, means);
		expect(operation.done).toEqual(names.map((name) => `grow ${name} ${12 * GiB}`));
		const before = (what: string) => {
			if (what.startsWith("grow mysql-1")) throw new Error("the storage class does not allow it");
		};
		const refused = perform(fakeOperation({ view: full, record: record(), before }), action, means);
		await expect(refused).rejects.toThrow("does not allow");
	});
});
