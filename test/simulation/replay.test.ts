import { expect, test } from "@jest/globals";
import { drawFaults } from "./faults.ts";
import { Random } from "./random.ts";
import { simulate } from "./simulate.ts";

test("a seed replays exactly", async () => {
	const [one, two] = [await simulate({ seed: 17, traced: true }), await simulate({ seed: 17, traced: true })];
	expect(one.trace.length).toBeGreaterThan(50);
	expect(two.trace).toEqual(one.trace);
	const other = await simulate({ seed: 18, traced: true });
	expect(other.trace).not.toEqual(one.trace);
});

test("faults lose the data of one instance at most: the condition of the promise", () => {
	const counts = Array.from({ length: 500 }, (_, seed) => drawFaults(new Random(seed)));
	const lost = counts.map((faults) => faults.filter((f) => f.kind === "lose").length);
	expect(Math.max(...lost)).toBe(1);
});
