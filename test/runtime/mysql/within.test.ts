import { expect, test } from "@jest/globals";
import { within } from "../../../runtime/mysql/within.ts";

test("statements share a deadline, and none is begun after it", () => {
	let now = 0;
	const left = within(1000, () => now);
	expect(left()).toBe(1000);
	now = 900;
	expect(left()).toBe(100);
	now = 1000;
	expect(left).toThrow("no time was left of 1000 ms");
	now = 9000;
	expect(left).toThrow(expect.objectContaining({ name: "DeadlineError" }));
});
