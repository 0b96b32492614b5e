import { expect, test } from "@jest/globals";
import { until } from "../../../runtime/kubernetes/until.ts";

const patience = (timeoutMs: number, signal = new AbortController().signal) => ({ timeoutMs, periodMs: 5, signal });

test("what is found ends the waiting", async () => {
	let looks = 0;
	await expect(until(patience(5_000), async () => (++looks === 3 ? "found" : null))).resolves.toBe("found");
	expect(looks).toBe(3);
});

test("after the time limit there is null, with at least one look", async () => {
	let looks = 0;
	const look = async () => {
		looks += 1;
		return null;
	};
	await expect(until(patience(0), look)).resolves.toBeNull();
	expect(looks).toBe(1);
	await expect(until(patience(30), look)).resolves.toBeNull();
});

test("an interruption ends the waiting with its reason", async () => {
	const own = new AbortController();
	const waiting = until({ timeoutMs: 60_000, periodMs: 60_000, signal: own.signal }, async () => null);
	own.abort(new Error("interrupted"));
	await expect(waiting).rejects.toThrow("interrupted");
});
