import { setTimeout } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { deadlineFor } from "../../../runtime/store/objectStore.ts";
import { storeCall } from "../../../runtime/store/storeError.ts";

test("a call that carries much has more time, and one that carries little as much as before", () => {
	expect(deadlineFor(0)).toBe(30_000);
	expect(deadlineFor(0, 5000)).toBe(5000);
	expect(deadlineFor(100 * 2 ** 20)).toBe(130_000);
});

test("the time of a call is set anew once it is known how much comes, and holds still", async () => {
	const asked = { store: "one", call: "get x", deadlineMs: 20 };
	const late = storeCall(asked, async (_, within) => {
		within(60_000);
		await setTimeout(60);
		return "all of it";
	});
	expect(await late).toBe("all of it");
	const never = storeCall(asked, async (signal, within) => {
		within(40);
		await setTimeout(60_000, undefined, { signal });
	});
	await expect(never).rejects.toThrow("store one: get x: no answer within 0.04 s");
});
