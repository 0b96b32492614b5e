import { describe, expect, test } from "@jest/globals";
import { mutations } from "./mutations.ts";
import { type Outcome, shrink, simulate } from "./simulate.ts";
import type { Mutate } from "./world.ts";

/** Each must be caught within as many schedules. */
const limit = 600;

/** No schedule of the first 600 breaks an invariant without these: they need sharper faults or a sharper check. */
const notYetCaught = ["acknowledgements are not revoked", "a replica is repointed with both threads stopped"];
const caught = Object.entries(mutations).filter(([name]) => !notYetCaught.includes(name));

async function firstFailure(mutate: Mutate): Promise<Outcome | null> {
	for (let seed = 1; seed <= limit; seed++) {
		const outcome = await simulate({ seed, mutate });
		if (outcome.violations.length > 0) return outcome;
	}
	return null;
}

describe("an invariant breaks when", () => {
	test.each(caught)(
		"%s",
		async (_, mutate) => {
			const failure = await firstFailure(mutate);
			expect(failure).not.toBeNull();
			// The same seed and faults hold where the step is not removed.
			const { seed, faults } = failure as Outcome;
			expect((await simulate({ seed, faults })).violations).toEqual([]);
		},
		120_000,
	);
});

test("what fails is shrunk to what is needed, and still fails", async () => {
	const mutate = mutations["no quorum is asked for"] as Mutate;
	const failure = (await firstFailure(mutate)) as Outcome;
	const smallest = await shrink(failure, mutate);
	expect(smallest.violations).not.toEqual([]);
	expect(smallest.faults.length).toBeLessThanOrEqual(failure.faults.length);
	for (const left of smallest.faults) {
		const faults = smallest.faults.filter((f) => f !== left);
		expect((await simulate({ seed: failure.seed, faults, mutate })).violations).toEqual([]);
	}
}, 120_000);
