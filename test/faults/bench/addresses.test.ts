import { expect, test } from "@jest/globals";
import { type Addresses, addressesOf, folderPrefix, lanes } from "./addresses.ts";

/** All that the machine has once only; the ports of a switch are in its own namespace. */
function claimed(lane: Addresses): string[] {
	const machines = lane.machines.flatMap(({ namespace, address }) => [namespace, address]);
	return [folderPrefix(lane), lane.switchNamespace, lane.hostInterface, lane.hostAddress, ...machines];
}

const all = Array.from({ length: lanes }, (_, lane) => addressesOf(lane));

test("two lanes share no name, no address and no folder", () => {
	const everything = all.flatMap(claimed);
	expect(new Set(everything).size).toBe(everything.length);
});

test("what one lane cleans up by its prefix is never another's", () => {
	for (const one of all) {
		const others = all.filter((other) => other !== one);
		const namespaces = others.flatMap(({ machines, switchNamespace }) => [
			switchNamespace,
			...machines.map(({ namespace }) => namespace),
		]);
		expect(namespaces.filter((name) => name.startsWith(`${one.prefix}-`))).toEqual([]);
		expect(others.filter((other) => folderPrefix(other).startsWith(folderPrefix(one)))).toEqual([]);
	}
});

test("a lane's interfaces have names that the kernel takes", () => {
	for (const { hostInterface, machines } of all)
		for (const name of [hostInterface, ...machines.map(({ port }) => port)])
			expect(name.length).toBeLessThanOrEqual(15);
});

test.each([-1, 0.5, lanes, Number.NaN])("there is no lane %p", (lane) => {
	expect(() => addressesOf(lane)).toThrow("there is no lane");
});
