import { describe, expect, test } from "@jest/globals";
import { isReady } from "../../../local/site/readiness.ts";

const started = Date.parse("2026-11-22T10:00:05.700Z");
const nodes = (status: string, lastHeartbeatTime: string) => ({
	items: [
		{
			metadata: { name: "zone-a" },
			status: {
				conditions: [
					{ type: "MemoryPressure", status: "True", lastHeartbeatTime },
					{ type: "Ready", status, lastHeartbeatTime },
				],
			},
		},
	],
});

describe("a node is Ready", () => {
	test("if it said so after its machine was started, in the same second too", () => {
		expect(isReady(nodes("True", "2026-11-22T10:00:05Z"), "zone-a", started)).toBe(true);
		expect(isReady(nodes("True", "2026-11-22T10:00:09Z"), "zone-a", started)).toBe(true);
	});

	test("not by what it said before its machine was started", () => {
		expect(isReady(nodes("True", "2026-11-22T10:00:04Z"), "zone-a", started)).toBe(false);
	});

	test("not while it says no, and not if it is not there", () => {
		expect(isReady(nodes("False", "2026-11-22T10:00:09Z"), "zone-a", started)).toBe(false);
		expect(isReady(nodes("True", "2026-11-22T10:00:09Z"), "zone-b", started)).toBe(false);
	});
});
