import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type KeptSnapshot, keptSnapshots, letGo } from "../../../runtime/snapshot/retention.ts";
import { snapshotAnnotations, type VolumeSnapshotObject } from "../../../runtime/snapshot/snapshot.ts";

const snapshot = (n: number, change: Partial<KeptSnapshot> = {}): KeptSnapshot => ({
	name: `mysql-${n}`,
	at: n,
	verified: true,
	faulty: false,
	inUse: false,
	...change,
});
const faulty = (n: number) => snapshot(n, { verified: false, faulty: true });
const untried = (n: number) => snapshot(n, { verified: false });

const anySnapshots = fc
	.array(fc.record({ state: fc.constantFrom("verified", "faulty", "untried"), inUse: fc.boolean() }), { maxLength: 20 })
	.chain((drawn) => {
		const all = drawn.map(({ state, inUse }, n) =>
			snapshot(n, { verified: state === "verified", faulty: state === "faulty", inUse }),
		);
		return fc.shuffledSubarray(all, { minLength: all.length });
	});
const anyKeep = fc.integer({ min: 0, max: 10 });
const newest = (all: readonly KeptSnapshot[]) => all.toSorted((a, b) => b.at - a.at)[0];

describe("what is let go of snapshots", () => {
	test("is what is older than the newest that are kept", () => {
		expect(letGo([snapshot(1), snapshot(4), snapshot(3), snapshot(2)], 2)).toEqual(["mysql-2", "mysql-1"]);
		expect(letGo([snapshot(1), snapshot(2)], 2)).toEqual([]);
	});

	test("is never the newest one that was verified, however many came after it", () => {
		expect(letGo([snapshot(1), untried(2), untried(3)], 1)).toEqual(["mysql-2"]);
	});

	test("are faulty ones from before the newest verified one, and of the others all but two", () => {
		expect(letGo([snapshot(1), faulty(2), snapshot(3)], 5)).toEqual(["mysql-2"]);
		expect(letGo([snapshot(1), faulty(2), faulty(3), faulty(4)], 5)).toEqual(["mysql-2"]);
	});

	test("is nothing that something is being made of", () => {
		expect(letGo([snapshot(1, { inUse: true }), { ...faulty(2), inUse: true }, snapshot(3)], 1)).toEqual([]);
	});

	test("leaves, whatever there is, the newest verified one, what is in use, and the newest", () => {
		fc.assert(
			fc.property(anySnapshots, anyKeep, (all, keep) => {
				const gone = letGo(all, keep);
				const left = all.filter(({ name }) => !gone.includes(name));
				const verified = newest(all.filter((one) => one.verified));
				if (verified !== undefined) expect(left).toContain(verified);
				for (const one of all.filter(({ inUse }) => inUse)) expect(left).toContain(one);
				const sound = all.filter((one) => !one.faulty).toSorted((a, b) => b.at - a.at);
				for (const one of sound.slice(0, keep)) expect(left).toContain(one);
			}),
		);
	});

	test("does not let them pile up", () => {
		fc.assert(
			fc.property(anySnapshots, anyKeep, (all, keep) => {
				const gone = new Set(letGo(all, keep));
				const left = all.filter(({ name, inUse }) => !gone.has(name) && !inUse);
				// Those that are kept, the newest verified one, and two to look at.
				expect(left.length).toBeLessThanOrEqual(keep + 3);
			}),
		);
	});

	test("is the same when it is asked again, and when what it named is gone", () => {
		fc.assert(
			fc.property(anySnapshots, anyKeep, (all, keep) => {
				const gone = letGo(all, keep);
				expect(letGo(all.toReversed(), keep)).toEqual(gone);
				expect(
					letGo(
						all.filter(({ name }) => !gone.includes(name)),
						keep,
					),
				).toEqual([]);
			}),
		);
	});
});

describe("of the objects in the cluster", () => {
	const object = (annotations: Record<string, string>, status = {}): VolumeSnapshotObject => ({
		metadata: { name: "mysql-1", creationTimestamp: "2026-11-27T05:00:00Z", annotations },
		status,
	});
	const ours = { [snapshotAnnotations.gtidExecuted]: "" };

	test("those that somebody else made, or that are being deleted, are left out", () => {
		const going = { metadata: { name: "mysql-1", deletionTimestamp: "2026-11-27T05:00:00Z", annotations: ours } };
		expect(keptSnapshots([object({}), going])).toEqual([]);
	});

	test("each is as old as the storage says, or as the object while the storage says nothing", () => {
		const at = (time: string) => Date.parse(time);
		expect(keptSnapshots([object(ours)])).toMatchObject([{ at: at("2026-11-27T05:00:00Z") }]);
		const made = object(ours, { creationTime: "2026-11-27T05:00:07Z" });
		expect(keptSnapshots([made])).toMatchObject([{ at: at("2026-11-27T05:00:07Z") }]);
	});

	test("one that was verified and then found faulty is faulty; one that is in use says so", () => {
		const both = { ...ours, [snapshotAnnotations.verifiedAt]: "2026-11-27T06:00:00Z" };
		expect(keptSnapshots([object(both)])).toMatchObject([{ verified: true, faulty: false, inUse: false }]);
		const found = { ...both, [snapshotAnnotations.fault]: "no", [snapshotAnnotations.inUseBy]: "clone-1" };
		expect(keptSnapshots([object(found)])).toMatchObject([{ verified: false, faulty: true, inUse: true }]);
	});
});
