import { describe, expect, test } from "@jest/globals";
import { drawFaults, type Fault } from "./faults.ts";
import { Random } from "./random.ts";
import { simulate } from "./simulate.ts";
import type { Mutate } from "./world.ts";

const schedules = 100;

/** A volume is lost, with its instance or from under it, while all that else goes wrong goes wrong; no other data are lost. */
function draw(seed: number): readonly Fault[] {
	const random = new Random(seed);
	const at = Math.round(random.between(500, 8000));
	const who = random.pick(["primary", "replica", "other replica"]);
	const lost: Fault = { kind: "volume", at, lastsMs: 1000, who, other: "api", much: random.next() };
	return [lost, ...drawFaults(random).filter(({ kind }) => kind !== "lose")].sort((a, b) => a.at - b.at);
}

/** Whatever its instance holds, and whoever else has it. */
const unasked: Mutate = (options) => ({
	...options,
	decide: (view, record, facts) => {
		const decision = options.decide(view, record, facts);
		const lost = view.instances.find(({ volume }) => volume?.fault != null && !volume.resting);
		if (lost === undefined || record === null) return decision;
		const { term } = record;
		const step = { name: lost.name, term, keeper: "", answers: true, reason: "mutated", faulty: true };
		return { ...decision, action: { do: "replaceVolume", step, request: null } };
	},
	instance: (session, link) => ({
		...options.instance(session, link),
		stopReceiver: async () => {},
		applyUntil: async () => true,
	}),
});

describe("a lost volume", () => {
	test(`is replaced, and nothing acknowledged goes with it, in ${schedules} schedules`, async () => {
		let replaced = 0;
		for (let seed = 1; seed <= schedules; seed++) {
			const outcome = await simulate({ seed, faults: draw(seed) });
			expect({ seed, violations: outcome.violations }).toEqual({ seed, violations: [] });
			// Those that are left to people stand still before.
			if (outcome.leftToPeople === null) expect({ seed, replaced: outcome.replaced }).toEqual({ seed, replaced: 1 });
			replaced += outcome.replaced;
		}
		expect(replaced).toBeGreaterThan(schedules / 2);
	}, 600_000);

	test("breaks an invariant when nobody asks who else has what its instance holds", async () => {
		const found: string[] = [];
		for (let seed = 1; seed <= 60 && found.length === 0; seed++) {
			found.push(...(await simulate({ seed, faults: draw(seed), mutate: unasked })).violations);
		}
		expect(found).not.toEqual([]);
	}, 300_000);
});
