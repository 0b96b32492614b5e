/** Runbooks: what to type for *this* stack when something is lost. Pure; Markdown. */
import { type Scenario, UserError } from "../objectives/index.ts";
import { badDataRunbook } from "./badData.ts";
import { clusterRunbook } from "./cluster.ts";
import type { RunbookFacts } from "./facts.ts";
import { podRunbook } from "./pod.ts";
import { volumeRunbook } from "./volume.ts";

const runbooks: { readonly [Name in Scenario]?: (facts: RunbookFacts) => string } = {
	pod: podRunbook,
	volume: volumeRunbook,
	cluster: clusterRunbook,
	badData: badDataRunbook,
};

/** The scenarios that have a runbook. */
export const runbookScenarios = Object.keys(runbooks) as readonly Scenario[];

/**
 * The runbook for one scenario, Markdown with a newline at its end.
 * @throws UserError naming the scenarios that there are
 */
export function renderRunbook(scenario: string, facts: RunbookFacts): string {
	const render = Object.hasOwn(runbooks, scenario) ? runbooks[scenario as Scenario] : undefined;
	if (render !== undefined) return render(facts);
	throw new UserError({
		field: "scenario",
		value: scenario,
		wrong: `there is no runbook for "${scenario}"`,
		remedy: `choose one of ${runbookScenarios.join(", ")}`,
	});
}
