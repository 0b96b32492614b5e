/** Family "objectives": every database has a promise, and its settings keep it. */
import { forecastWithinObjective } from "./objectives/forecastWithinObjective.ts";
import { objectivesDeclared } from "./objectives/objectivesDeclared.ts";
import { promiseNotWeakened } from "./objectives/promiseNotWeakened.ts";

/** The rules of this family. */
export const objectivesRules = [objectivesDeclared, forecastWithinObjective, promiseNotWeakened];
