import { describe, expect, test } from "@jest/globals";
import { addressIn } from "./endpointWatch.ts";

const event = (type: string, endpoints?: object[]) => JSON.stringify({ type, object: { endpoints } });

describe("an event of the EndpointSlice's watch", () => {
	test.each(["ADDED", "MODIFIED"])("%s tells the address", (type) => {
		expect(addressIn(event(type, [{ addresses: ["10.0.0.7"] }]))).toBe("10.0.0.7");
	});

	test.each([
		["deletes it: what it said last stays true", event("DELETED", [{ addresses: ["10.0.0.7"] }])],
		["has no endpoint", event("MODIFIED", [])],
		["is an error of the API", JSON.stringify({ type: "ERROR", object: { code: 410 } })],
	])("tells none when it %s", (_, line) => {
		expect(addressIn(line)).toBeNull();
	});
});
