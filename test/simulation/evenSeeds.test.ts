import { expect, test } from "@jest/globals";
import { runSchedules } from "./schedules.ts";

test("200 schedules of seeded faults (even seeds) lose no write, split no brain, and recover", async () => {
	const { failed, acknowledged, changes } = await runSchedules(2, 200);
	expect(failed).toEqual([]);
	// A model in which nobody writes or nothing ever fails over would keep every invariant.
	expect(acknowledged).toBeGreaterThan(10_000);
	expect(changes).toBeGreaterThan(50);
}, 600_000);
