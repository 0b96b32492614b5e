import { expect, test } from "@jest/globals";
import { runSchedules, standstills } from "./schedules.ts";

test("1000 schedules of seeded faults (even seeds) lose no write, split no brain, and recover", async () => {
	const sum = await runSchedules({ first: 2, count: 1000, step: 2 });
	expect(sum.failed).toEqual([]);
	// A model in which nobody writes, nothing ever fails over or all is excused would keep every invariant.
	expect(sum.acknowledged).toBeGreaterThan(100_000);
	expect(sum.changes).toBeGreaterThan(500);
	expect(standstills(sum)).toBeLessThan(100);
}, 600_000);
