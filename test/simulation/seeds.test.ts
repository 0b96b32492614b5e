import { expect, test } from "@jest/globals";
import { drawFaults, type Fault } from "./faults.ts";
import { Random } from "./random.ts";
import { simulate } from "./simulate.ts";

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

test(`${schedules} schedules with a restored copy: all of it counts in the end, or none`, async () => {
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
