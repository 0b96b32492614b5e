import { expect, test } from "@jest/globals";
import { Random } from "./random.ts";
import { scenarios } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

const variants = 25;

test.each(Object.entries(scenarios))(
	"nothing is lost and all recovers when %s",
	async (_, scenario) => {
		for (let seed = 1; seed <= variants; seed++) {
			const faults = scenario(new Random(seed));
			const { violations } = await simulate({ seed, faults });
			expect({ seed, violations }).toEqual({ seed, violations: [] });
		}
	},
	300_000,
);
