import { describe, expect, test } from "@jest/globals";
import { cutScript, fault, parseCuts, usage } from "../../../local/site/faults.ts";
import { layoutOf } from "../../../local/site/layout.ts";

const target = {
	state: "/nowhere",
	layout: layoutOf("dev", 0, "local-1", ["zone-a", "zone-b", "zone-c"]),
	root: "/nowhere",
};

describe("cuts", () => {
	test("a cut drops frames of one direction only", () => {
		expect(cutScript({ from: "zone-a", to: "cp" }).split("\n")).toEqual([
			"add table bridge mysql_dr_fault",
			"add chain bridge mysql_dr_fault cuts { type filter hook forward priority 0; }",
			'add rule bridge mysql_dr_fault cuts iifname "zone-a" oifname "cp" counter drop comment "cut zone-a cp"',
			"",
		]);
	});

	test("isolation matches the machine alone, whoever is at the other end", () => {
		expect(cutScript({ from: "*", to: "zone-b" })).toContain(
			'cuts oifname "zone-b" counter drop comment "cut * zone-b"',
		);
		expect(cutScript({ from: "zone-b", to: "*" })).toContain(
			'cuts iifname "zone-b" counter drop comment "cut zone-b *"',
		);
	});

	test("what is listed is what was cut, and other rules are passed over", () => {
		const listing = {
			nftables: [
				{ metainfo: {} },
				{ chain: { name: "cuts" } },
				{ rule: { comment: "cut zone-a cp", handle: 4 } },
				{ rule: { comment: "somebody else's" } },
				{ rule: {} },
				{ rule: { comment: "cut * zone-b" } },
			],
		};
		expect(parseCuts(JSON.stringify(listing))).toEqual([
			{ from: "zone-a", to: "cp" },
			{ from: "*", to: "zone-b" },
		]);
	});
});

describe("words that are refused before anything is done", () => {
	test.each([
		[["explode"], `fault: "explode" is refused; say one of: ${usage().join(" | ")}`],
		[["constructor"], `fault: "constructor" is refused; say one of: ${usage().join(" | ")}`],
		[["cut", "zone-a"], "fault cut: needs 2 arguments and got 1; say: fault cut <from> <to>"],
		[["kill"], "fault kill: needs 1 arguments and got 0; say: fault kill <machine>"],
		[["heal", "zone-a"], "fault heal: needs 0 arguments and got 1; say: fault heal"],
		[["kill", "zone-x"], 'machine: "zone-x" is refused; site dev has cp, zone-a, zone-b, zone-c'],
		[
			["cut", "zone-a", "zone-a"],
			'fault cut: "zone-a zone-a" is refused; name two different machines; frames within one never pass the switch',
		],
		[["freeze", "zone-a"], "machine: zone-a is down; start it first: fault start zone-a"],
	])("%j", async (words, message) => {
		await expect(fault(target, words)).rejects.toThrow(message);
	});
});
