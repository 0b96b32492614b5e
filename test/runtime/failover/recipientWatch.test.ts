import { expect, test } from "@jest/globals";
import type { Clock } from "../../../runtime/failover/clock.ts";
import { whileItLives } from "../../../runtime/failover/recipientWatch.ts";
import type { Session } from "../../../runtime/mysql/session.ts";

const clock: Clock = { now: () => 0, wall: () => 0, sleep: async () => {} };

function beside(answers: number, then: () => void = () => {}): Session {
	let asked = 0;
	const run = async () => {
		if (++asked <= answers) return [[]];
		then();
		throw new Error("no answer");
	};
	return { closed: false, close: () => {}, run };
}

test("work on a server that has gone is not waited for", async () => {
	const never = new Promise<void>(() => {});
	await expect(whileItLives(never, beside(3), clock)).rejects.toThrow("it went away while it was copied to");
});

test("work that ends the server says itself how it ended", async () => {
	let finish = () => {};
	const work = new Promise<void>((resolve) => {
		finish = resolve;
	});
	await whileItLives(work, beside(3, finish), clock);
	let fail = (_: Error) => {};
	const failing = new Promise<void>((_, reject) => {
		fail = reject;
	});
	const ended = whileItLives(
		failing,
		beside(3, () => fail(new Error("error 3862"))),
		clock,
	);
	await expect(ended).rejects.toThrow("error 3862");
});
