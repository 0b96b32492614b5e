import { describe, expect, test } from "@jest/globals";
import { parseGtidSet } from "../../runtime/mysql/gtidSet.ts";
import { instance } from "../../runtime/mysql/instance.ts";
import { drawFaults, type Fault } from "./faults.ts";
import { Random } from "./random.ts";
import { simulate } from "./simulate.ts";
import type { Mutate } from "./world.ts";

const schedules = 100;

/** A restored copy is put in place while all that else goes wrong goes wrong; sometimes it goes away before it was taken. */
function draw(seed: number): readonly Fault[] {
	const random = new Random(seed);
	const at = Math.round(random.between(500, 6000));
	const lastsMs = Math.round(random.between(500, 15_000));
	const who = random.pick(["replica", "other replica"]);
	const copied: Fault = { kind: "seed", at, lastsMs, who, other: "api", much: 0 };
	return [copied, ...drawFaults(random).filter(({ kind }) => kind !== "switchover")].sort((a, b) => a.at - b.at);
}

/** Recorded once what goes is safe, whoever has the copy by then. */
const unseen: Mutate = (options, world) => {
	const underWay = () => {
		const seed = world.api.record?.seed;
		return seed?.state === "copying" && seed.safe !== null ? seed : null;
	};
	return {
		...options,
		decide: (view, record, facts) => {
			const decision = options.decide(view, record, facts);
			if (underWay() === null) return decision;
			return { action: { do: "seed", step: { step: "record" }, reason: "mutated" }, repairs: [], alerts: [] };
		},
		instance: (session, link) => {
			const real = instance(session, link);
			const read = async (ms: number) => {
				const reading = await real.read(ms);
				const seed = underWay();
				return seed === null ? reading : { ...reading, executed: parseGtidSet(seed.gtids) };
			};
			return { ...real, read };
		},
	};
};

describe("a restored copy", () => {
	test(`all of it counts in the end, or none, in ${schedules} schedules`, async () => {
		const came = { done: 0, undone: 0 };
		for (let seed = 1; seed <= schedules; seed++) {
			const { violations, restored } = await simulate({ seed, faults: draw(seed) });
			expect({ seed, violations }).toEqual({ seed, violations: [] });
			if (restored === "done" || restored === "undone") came[restored] += 1;
		}
		// A model in which nothing is ever put in place, or put back, would keep every invariant.
		expect(came.done).toBeGreaterThan(schedules / 10);
		expect(came.undone).toBeGreaterThan(schedules / 100);
	}, 600_000);

	test("breaks an invariant when nobody looks who holds it", async () => {
		const found: string[] = [];
		for (let seed = 1; seed <= 20 && found.length === 0; seed++) {
			found.push(...(await simulate({ seed, faults: draw(seed), mutate: unseen })).violations);
		}
		expect(found.join("\n")).toMatch(/does not hold the restored copy/);
	}, 300_000);
});
