import { duration, promiseAnnotations, tiers, UserError } from "../../objectives/index.ts";
import { each } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import { promiseOf } from "../kubernetes/promise.ts";
import { serverRule } from "../kubernetes/serverRule.ts";
import { databaseType } from "./forecastWithinObjective.ts";

export const objectivesDeclared = serverRule({
	name: "objectives-declared",
	family: "objectives",
	what: "For every MySQL database it is declared how soon it must be back and how much it may lose.",
	why: {
		reason:
			"Schedules, replicas and drills can be judged only against a promise. A database without one is found out about when it is lost.",
		source: "docs/objectives.md",
	},
	fix: `Declare it by the component MysqlCluster; or write on the object that runs mysqld the annotations ${promiseAnnotations.rto} and ${promiseAnnotations.rpo} (15m, 1h30m), and ${promiseAnnotations.tier} (${tiers.join(", ")}) if it is not critical.`,
	severity: "high",
	*judge(server) {
		if (server.resource.within.includes(databaseType)) return;
		yield* each(["rto", "rpo"] as const, function* (part): Generator<Finding> {
			const stated = promiseOf(server, part);
			const setting = settingOf(part);
			const wrong = stated === undefined ? "say" : wrongDuration(stated);
			const what = part === "rto" ? "how soon it is back after a failure" : "how much of the newest writes it may lose";
			if (wrong === "say") yield { setting, value: undefined, remedy: `say ${what}: "15m"` };
			else if (wrong) yield { setting, value: stated, remedy: wrong };
		});
		const tier = promiseOf(server, "tier");
		if (tier !== undefined && !tiers.some((known) => known === tier))
			yield { setting: settingOf("tier"), value: tier, remedy: `write one of ${tiers.join(", ")}` };
	},
});

function settingOf(part: keyof typeof promiseAnnotations): string {
	return `metadata.annotations["${promiseAnnotations[part]}"]`;
}

function wrongDuration(text: string): string | undefined {
	try {
		duration(text);
		return undefined;
	} catch (error) {
		if (error instanceof UserError) return error.remedy;
		throw error;
	}
}
