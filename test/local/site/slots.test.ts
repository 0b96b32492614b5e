import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { slotCount } from "../../../local/site/layout.ts";
import { type Claim, chooseSlot, clashes, overlap, type Surroundings } from "../../../local/site/slots.ts";

const nothing: Surroundings = { interfaces: [], namespaces: [], routes: [] };
const claim = (slot: number): Claim => ({ slot, site: `site${slot}`, state: `/state/${slot}` });

describe("choosing a slot", () => {
	test("the first site gets slot 0, the next one slot 1", () => {
		expect(chooseSlot([], undefined, nothing)).toBe(0);
		expect(chooseSlot([claim(0)], undefined, nothing)).toBe(1);
	});

	test("a site gets the slot back that it had, if it is free", () => {
		expect(chooseSlot([claim(0)], 5, nothing)).toBe(5);
		expect(chooseSlot([claim(5)], 5, nothing)).toBe(0);
	});

	test("a slot whose interface, namespace or range somebody else uses is passed over", () => {
		expect(chooseSlot([], 0, { ...nothing, interfaces: ["lo", "mdr0"] })).toBe(1);
		expect(chooseSlot([], 0, { ...nothing, namespaces: ["mdr0-zone-a"] })).toBe(1);
		expect(chooseSlot([], 0, { ...nothing, routes: ["10.231.0.128/25"] })).toBe(1);
		expect(chooseSlot([], 0, { ...nothing, routes: ["10.64.3.0/24", "10.65.0.0/16"] })).toBe(2);
	});

	test("mdr1 is no clash with slot 10, nor mdr10 with slot 1", () => {
		expect(clashes(10, { ...nothing, interfaces: ["mdr1"] })).toEqual([]);
		expect(clashes(1, { ...nothing, namespaces: ["mdr10-cp"] })).toEqual([]);
	});

	test("a network that covers every slot is refused with what is in the way", () => {
		expect(() => chooseSlot([], undefined, { ...nothing, routes: ["10.0.0.0/8"] })).toThrow(
			/^site\.network: other programs use 10\.0\.0\.0\/8/,
		);
	});

	test("with every slot taken, the sites that have them are named", () => {
		const all = Array.from({ length: slotCount }, (_, slot) => claim(slot));
		expect(() => chooseSlot(all, 3, nothing)).toThrow(/16 sites run on this machine already \(site0, .*site15\)/);
	});

	test("never a slot that is claimed", () => {
		const slots = fc.uniqueArray(fc.integer({ min: 0, max: slotCount - 1 }), { maxLength: slotCount - 1 });
		fc.assert(
			fc.property(
				slots,
				fc.option(fc.integer({ min: 0, max: slotCount - 1 }), { nil: undefined }),
				(taken, preferred) => {
					expect(taken).not.toContain(chooseSlot(taken.map(claim), preferred, nothing));
				},
			),
		);
	});
});

describe("overlap of ranges", () => {
	test.each([
		["10.0.0.0/8", "10.231.0.0/24", true],
		["10.231.0.7", "10.231.0.0/24", true],
		["10.231.1.0/24", "10.231.0.0/24", false],
		["192.0.2.0/24", "10.231.0.0/24", false],
		["10.231.0.9/24", "10.231.0.200", true],
	])("%s and %s: %s, either way round", (one, other, expected) => {
		expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected]);
	});
});
