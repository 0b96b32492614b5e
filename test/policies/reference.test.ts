import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { referenceFile } from "../../local/commands/policy.ts";
import { checkout } from "../../local/engine/stack.ts";
import { reference } from "../../policies/frame/reference.ts";
import { rules } from "../../policies/rules.ts";

describe("the documentation of the rules", () => {
	test("is current (npm run policy -- docs)", async () => {
		expect(await readFile(join(checkout, referenceFile), "utf8")).toBe(reference(rules));
	});

	test("has every rule, and every setting of its configuration with the default", () => {
		for (const { name, config = {} } of rules) {
			const [, section = ""] = reference(rules).split(`### ${name}\n`);
			for (const [setting, { default: standard }] of Object.entries(config))
				expect(section.split("\n### ")[0]).toContain(`- \`${setting}\` (default \`${JSON.stringify(standard)}\`): `);
		}
	});
});
