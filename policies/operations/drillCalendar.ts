import { cron, type DrillCalendar, inSeconds, UserError } from "../../objectives/index.ts";
import { each } from "../frame/notKnown.ts";
import { type Finding, resourceRule } from "../frame/rule.ts";
import { mysqlServerOf } from "../kubernetes/mysqlServer.ts";
import { hasPods } from "../kubernetes/pod.ts";
import { databaseType } from "../objectives/forecastWithinObjective.ts";

/** Of the object that runs mysqld: cron lines, in UTC. */
export const drillAnnotations: Readonly<Record<keyof DrillCalendar, string>> = {
	restore: "mysql-dr/drill-restore",
	failover: "mysql-dr/drill-failover",
	region: "mysql-dr/drill-region",
};

const drills = ["restore", "failover", "region"] as const;

export const drillCalendar = resourceRule({
	name: "drill-calendar",
	family: "operations",
	what: "It is declared when restore, failover and the loss of a region are practised.",
	why: {
		reason:
			"What nobody has done for a year does not work, or nobody knows how. The written plan asks for a restore a month, a failover a quarter and a region a year.",
		source: "docs/objectives.md",
	},
	fix: `With the component MysqlCluster the plan says it; else write cron lines on the object that runs mysqld, as annotations ${Object.values(drillAnnotations).join(", ")}.`,
	severity: "medium",
	config: {
		restoreDays: { type: "integer", minimum: 1, default: 31, description: "Days between two restores, at most." },
		failoverDays: { type: "integer", minimum: 1, default: 92, description: "The same of failovers." },
		regionDays: { type: "integer", minimum: 1, default: 366, description: "The same of regions." },
	},
	of: (type) => type === databaseType || hasPods(type),
	*judge(resource, limits) {
		const ofPlan = resource.type === databaseType;
		if (!ofPlan && (!mysqlServerOf(resource) || resource.within.includes(databaseType))) return;
		yield* each(drills, function* (drill): Generator<Finding> {
			const setting = ofPlan ? `plan.drills.${drill}` : `metadata.annotations["${drillAnnotations[drill]}"]`;
			const plan = resource.props.plan;
			const value = ofPlan ? plan?.drills?.[drill] : resource.props.metadata?.annotations?.[drillAnnotations[drill]];
			const most = limits[`${drill}Days`];
			const wrong =
				value === undefined ? `write a cron line that comes every ${most} days or more often` : tooSeldom(value, most);
			if (wrong !== undefined) yield { setting, value, remedy: wrong };
		});
	},
});

function tooSeldom(line: string, most: number): string | undefined {
	try {
		const days = inSeconds(cron(line, "Etc/UTC").period()) / 86_400;
		return days > most ? `up to ${Math.ceil(days)} days pass between two: ${most} are allowed` : undefined;
	} catch (error) {
		if (error instanceof UserError) return error.remedy;
		throw error;
	}
}
