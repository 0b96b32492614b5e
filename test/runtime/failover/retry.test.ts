import { expect, test } from "@jest/globals";
import { Retry } from "../../../runtime/failover/retry.ts";

test("what failed again and again rests twice as long each time, up to a minute, until it succeeds", () => {
	let now = 0;
	const retry = new Retry({ now: () => now, wall: () => 0, sleep: async () => {} });
	const rest = () => {
		retry.failed("a");
		const from = now;
		while (!retry.due("a")) now += 500;
		return now - from;
	};
	expect(Array.from({ length: 8 }, rest)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
	retry.succeeded("a");
	expect(rest()).toBe(1000);
});
