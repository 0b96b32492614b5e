import { describe, expect, test } from "@jest/globals";
import type { Fault } from "./faults.ts";
import { mutations } from "./mutations.ts";
import { Random } from "./random.ts";
import { scenarios } from "./scenarios.ts";
import { type Outcome, shrink, simulate } from "./simulate.ts";
import type { Mutate } from "./world.ts";

/** Each must be caught within as many rounds: in one, each scenario and as many schedules of chance alone. */
const rounds = 40;

async function firstFailure(mutate: Mutate): Promise<Outcome | null> {
	for (let seed = 1; seed <= rounds; seed++) {
		for (const scenario of Object.values(scenarios)) {
			const outcome = await outcomeOf(seed, mutate, scenario(new Random(seed)));
			if (outcome !== null) return outcome;
		}
		const outcome = await outcomeOf(seed, mutate);
		if (outcome !== null) return outcome;
	}
	return null;
}

async function outcomeOf(seed: number, mutate: Mutate, faults?: readonly Fault[]): Promise<Outcome | null> {
	const outcome = await simulate({ seed, mutate, ...(faults === undefined ? {} : { faults }) });
	return outcome.violations.length > 0 ? outcome : null;
}

describe("an invariant breaks when", () => {
	test.each(Object.entries(mutations))(
		"%s",
		async (_, mutate) => {
			const failure = await firstFailure(mutate);
			expect(failure).not.toBeNull();
			// The same seed and faults hold where the step is not removed.
			const { seed, faults } = failure as Outcome;
			expect((await simulate({ seed, faults })).violations).toEqual([]);
		},
		300_000,
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
