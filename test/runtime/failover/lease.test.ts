import { describe, expect, test } from "@jest/globals";
import type { V1Lease } from "@kubernetes/client-node";
import { type LeaseStore, leaseKeeper, leaseMove } from "../../../runtime/failover/lease.ts";

const times = { durationMs: 3000, renewMs: 500, courtesyMs: 3000 };
const held = (holderIdentity: string): V1Lease => ({ metadata: { resourceVersion: "7" }, spec: { holderIdentity } });
const seenAt = (at: number) => ({ version: "7", seenAt: at });

describe("a watchdog", () => {
	const question = { self: "a", now: 10_000, badlyPlaced: false };

	test("takes a lease that nobody made yet", () => {
		expect(leaseMove({ ...question, lease: null, sighting: null }, times)).toBe("take");
	});

	test("renews its own", () => {
		expect(leaseMove({ ...question, lease: held("a"), sighting: seenAt(0) }, times)).toBe("renew");
	});

	test.each([
		[2999, "watch"],
		[3000, "take"],
	])("that saw another's lease stand still for %i ms does: %s", (still, move) => {
		expect(leaseMove({ ...question, lease: held("b"), sighting: seenAt(10_000 - still) }, times)).toBe(move);
	});

	test("takes a lease that was given up at once, unless it is badly placed", () => {
		const vacant = { ...question, lease: held(""), sighting: seenAt(10_000) };
		expect(leaseMove(vacant, times)).toBe("take");
		expect(leaseMove({ ...vacant, badlyPlaced: true }, times)).toBe("watch");
		expect(leaseMove({ ...vacant, badlyPlaced: true, sighting: seenAt(7000) }, times)).toBe("take");
	});
});

/** A store with compare-and-swap, as the API server has it. */
function memoryStore(): LeaseStore & { fail: boolean } {
	let lease: V1Lease | null = null;
	let version = 0;
	const store = {
		fail: false,
		read: async () => (store.fail ? Promise.reject(new Error("away")) : structuredClone(lease)),
		write: async (next: V1Lease) => {
			if (store.fail) throw new Error("away");
			if (next.metadata?.resourceVersion !== lease?.metadata?.resourceVersion) throw new Error("conflict");
			version += 1;
			lease = { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } };
			return structuredClone(lease);
		},
	};
	return store;
}

function keeper(self: string, store: LeaseStore, clock: { now: number }) {
	return leaseKeeper({ store, self, times, now: () => clock.now, badlyPlaced: () => false, onError: () => {} });
}

describe("two watchdogs", () => {
	test("know when the other's lease runs out, so that it is taken then and not a period later", async () => {
		const clock = { now: 0 };
		const store = memoryStore();
		const [a, b] = [keeper("a", store, clock), keeper("b", store, clock)];
		await a.round();
		clock.now = 200;
		await b.round();
		clock.now = 1200;
		expect([a.vacantIn(), b.vacantIn()]).toEqual([Number.POSITIVE_INFINITY, 2000]);
		clock.now = 9000;
		expect(b.vacantIn()).toBe(0);
	});

	test("never both hold the lease, and the second takes over when the first falls silent", async () => {
		const clock = { now: 0 };
		const store = memoryStore();
		const [a, b] = [keeper("a", store, clock), keeper("b", store, clock)];
		await a.round();
		await b.round();
		expect([a.remaining() > 0, b.remaining() > 0]).toEqual([true, false]);
		for (clock.now = 500; clock.now < 3000; clock.now += 500) {
			await b.round();
			expect(b.remaining()).toBe(0);
		}
		clock.now = 2999;
		expect(a.remaining()).toBe(1);
		clock.now = 3000;
		expect(a.remaining()).toBe(0);
		await b.round();
		expect([a.remaining(), b.remaining()]).toEqual([0, 3000]);
		expect(b.leader()).toBe("b");
	});

	test("hand over at once when the lease is given up", async () => {
		const clock = { now: 0 };
		const store = memoryStore();
		const [a, b] = [keeper("a", store, clock), keeper("b", store, clock)];
		await a.round();
		await a.release();
		await b.round();
		expect([a.remaining(), b.remaining()]).toEqual([0, 3000]);
	});

	test("a leader whose renewals fail stops in time", async () => {
		const clock = { now: 0 };
		const store = memoryStore();
		const a = keeper("a", store, clock);
		await a.round();
		store.fail = true;
		clock.now = 2000;
		await a.round();
		expect(a.remaining()).toBe(1000);
		clock.now = 3000;
		expect(a.remaining()).toBe(0);
	});
});
