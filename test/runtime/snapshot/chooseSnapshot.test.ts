import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { UserError } from "../../../objectives/error.ts";
import { parseTarget } from "../../../runtime/restore/target.ts";
import { chooseSnapshot } from "../../../runtime/snapshot/chooseSnapshot.ts";
import { type Snapshot, snapshotOf } from "../../../runtime/snapshot/snapshot.ts";
import { first } from "../restore/archiveScene.ts";
import { snapshotObject } from "./snapshotObjects.ts";

const wish = { field: "--from-snapshot", otherwise: "leave it out" };
const begin = Date.UTC(2026, 10, 25, 10);
const time = (seconds: number) => new Date(begin + seconds * 1000).toISOString();
const taken = (name: string, given: Partial<Parameters<typeof snapshotObject>[1]> = {}): Snapshot =>
	snapshotOf(snapshotObject(name, { gtids: `${first}:1-10`, takenAt: time(0), ...given })) as Snapshot;

describe("the snapshot that is chosen", () => {
	test("is the newest that can be used and was taken before the time, by the whole second that it says", () => {
		const scene = fc.record({
			seconds: fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }),
			unfit: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
			to: fc.integer({ min: 0, max: 120_000 }),
		});
		fc.assert(
			fc.property(scene, ({ seconds, unfit, to }) => {
				const all = seconds.map((second, n) =>
					taken(`s${second}`, { takenAt: time(second), ready: unfit[n] === false }),
				);
				const target = parseTarget(new Date(begin + to).toISOString());
				const fit = seconds.filter((second, n) => unfit[n] === false && second * 1000 + 1000 <= to);
				const choose = () => chooseSnapshot(all, { ...wish, target }).name;
				if (fit.length === 0) expect(choose).toThrow(UserError);
				else expect(choose()).toBe(`s${Math.max(...fit)}`);
			}),
		);
	});

	test("is the newest without the transaction that is to be reached", () => {
		const all = [10, 20, 30].map((count) => taken(`s${count}`, { gtids: `${first}:1-${count}`, takenAt: time(count) }));
		const chosen = (to: string) => chooseSnapshot(all, { ...wish, target: parseTarget(to) }).name;
		expect(chosen(`${first}:25`)).toBe("s20");
		expect(chosen("latest")).toBe("s30");
		expect(() => chosen(`${first}:7`)).toThrow(`--from-snapshot: none of 3 was taken before ${first}:7; leave it out`);
	});

	test.each<[string, readonly Snapshot[] | null, string | undefined, string]>([
		["where the cluster has none at all", null, undefined, "this cluster cannot snapshot volumes; leave it out"],
		["before the first was taken", [], undefined, "there is no snapshot yet; leave it out"],
		["where none was booted yet", [taken("s1", { verifiedAt: null })], undefined, "s1: no copy of it was booted yet"],
		["by a name that there is not", [taken("s1")], "s2", 'there is no snapshot "s2"; choose one of s1'],
		["by the name of one that is not whole", [taken("s1", { fault: "page 7" })], "s1", "s1 cannot be used: page 7"],
		["by the name of one that is not finished", [taken("s1", { ready: false })], "s1", "has not finished it yet"],
	])("%s there is none, and it is said why", (_, all, name, message) => {
		expect(() => chooseSnapshot(all, { ...wish, name })).toThrow(UserError);
		expect(() => chooseSnapshot(all, { ...wish, name })).toThrow(message);
	});
});
