import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { layoutOf, machineNamed, machinesOf, slotCount } from "../../../local/site/layout.ts";
import { overlap } from "../../../local/site/slots.ts";

const zones = ["zone-a", "zone-b", "zone-c"];
const slot = fc.integer({ min: 0, max: slotCount - 1 });

describe("addresses of a site", () => {
	test("slot 2 gives its nodes 10.231.2.x and its pods 10.66.x.y", () => {
		const layout = layoutOf("dev", 2, "local-1", zones);
		expect(layout).toMatchObject({
			hostInterface: "mdr2",
			switchNamespace: "mdr2-sw",
			hostAddress: "10.231.2.1",
			nodeRange: "10.231.2.0/24",
			podRange: "10.66.0.0/16",
			server: "https://10.231.2.10:6443",
			cgroup: "/mysql-dr/2",
		});
		expect(
			machinesOf(layout).map(({ name, address, namespace, podRange }) => [name, address, namespace, podRange]),
		).toEqual([
			["cp", "10.231.2.10", "mdr2-cp", undefined],
			["zone-a", "10.231.2.11", "mdr2-zone-a", "10.66.1.0/24"],
			["zone-b", "10.231.2.12", "mdr2-zone-b", "10.66.2.0/24"],
			["zone-c", "10.231.2.13", "mdr2-zone-c", "10.66.3.0/24"],
		]);
	});

	test("two sites in different slots share no range, name or cgroup", () => {
		fc.assert(
			fc.property(slot, slot, (one, other) => {
				fc.pre(one !== other);
				const [a, b] = [one, other].map((each) => layoutOf("dev", each, "local-1", zones));
				if (!a || !b) throw new Error("no layout");
				expect(overlap(a.nodeRange, b.nodeRange) || overlap(a.podRange, b.podRange)).toBe(false);
				expect(overlap(a.nodeRange, b.podRange)).toBe(false);
				const names = [a, b].flatMap((each) => [
					each.cgroup,
					each.hostInterface,
					each.switchNamespace,
					...machinesOf(each).map((machine) => machine.namespace),
				]);
				expect(new Set(names).size).toBe(names.length);
			}),
		);
	});

	test("an interface name fits the kernel's 15 characters for every allowed zone name", () => {
		const layout = layoutOf("dev", 15, "local-1", ["abcdefghijkl"]);
		expect(Math.max(...machinesOf(layout).map(({ name }) => name.length), layout.hostInterface.length)).toBeLessThan(
			16,
		);
	});

	test.each([["Zone"], ["cp"], ["a-zone-name-too-long"], ["1a"], [""]])("a zone called %j is refused", (zone) => {
		expect(() => layoutOf("dev", 0, "local-1", [zone])).toThrow(/^site\.zones: .* is refused; use 1 to 12/);
	});

	test("a zone named twice is refused", () => {
		expect(() => layoutOf("dev", 0, "local-1", ["a", "a"])).toThrow("name one to nine zones, each once");
	});

	test("a machine that does not exist is answered with those that do", () => {
		const layout = layoutOf("dev", 0, "local-1", zones);
		expect(() => machineNamed(layout, "zone-x")).toThrow(
			'machine: "zone-x" is refused; site dev has cp, zone-a, zone-b, zone-c',
		);
	});
});
