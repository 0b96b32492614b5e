import type { Scenario } from "../../objectives/index.ts";
import { type Declared, type DeclaredStack, rootOf } from "../frame/declared.ts";
import { NotKnown } from "../frame/notKnown.ts";
import { type Finding, type RuleText, type StackFinding, type StackRule, stackRule } from "../frame/rule.ts";
import { atOrNow, daysBetween } from "../frame/time.ts";
import { clusterOf, databaseOf, eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { tierOf } from "../kubernetes/promise.ts";
import { newest, type Report } from "./report.ts";

const reports = {
	type: "array",
	items: { type: "object" },
	default: [],
	description: "The reports themselves, as JSON; `npm run policy -- --evidence <folder>` reads them from files.",
} as const;
const at = {
	type: "string",
	default: "",
	description: "The moment as of which it is judged, as `2026-11-27T00:00:00Z`; now where it is empty.",
} as const;

/** Ages in days that the newest report may have. */
const within = (criticalDays: number, standardDays: number) =>
	({
		criticalDays: {
			type: "integer",
			minimum: 1,
			default: criticalDays,
			description: "Days that the last one may be ago.",
		},
		standardDays: {
			type: "integer",
			minimum: 1,
			default: standardDays,
			description: "The same of a standard database.",
		},
		reports,
		at,
	}) as const;

export const restoreTested = tried({
	name: "restore-tested",
	what: "A restore of each database was tried lately, and held what is promised.",
	why: {
		reason: "A backup that was never restored is a hope: what is wrong with it is found out by the restore.",
		source: "docs/backups.md",
	},
	fix: "Run `mysql-dr validate`, and see what its report says.",
	severity: "high",
	config: within(31, 92),
	is: (what) => what === "restore",
	// The copy is made as after the loss of the cluster: from the stores alone.
	scenario: () => "cluster",
	how: "mysql-dr validate",
	unknown: "when a restore was last tried",
});

export const failoverDrilled = tried({
	name: "failover-drilled",
	what: "A failover of each database was practised lately, and held what is promised.",
	why: {
		reason: "Names, rights and timeouts change. Which of them a failover needs is known by the last one alone.",
		source: "docs/failover.md",
	},
	fix: "Run `mysql-dr drill pod --json`, and keep what it prints.",
	severity: "high",
	config: within(92, 366),
	is: (what) => ["pod", "node", "zone"].includes(what),
	scenario: (report) => report.tried as Scenario,
	how: "mysql-dr drill pod",
	unknown: "when a failover was last practised",
});

type Config = Readonly<{ criticalDays: number; standardDays: number; reports: readonly unknown[]; at: string }>;

interface Tried extends Omit<RuleText, "family"> {
	/** Whether a report is of this. */
	readonly is: (tried: string) => boolean;
	/** Whose objective it is measured against. */
	readonly scenario: (report: Report) => Scenario;
	/** The command by which it is tried. */
	readonly how: string;
	/** What is not known without a report. */
	readonly unknown: string;
}

function tried({ is, scenario, how, unknown, ...text }: Tried): StackRule {
	return stackRule({
		...text,
		family: "evidence",
		*judgeStack(stack, given) {
			const config = given as unknown as Config;
			yield* eachDatabase(stack, function* (server, cluster): Generator<StackFinding> {
				const { resource } = server;
				const report = newest(config.reports, cluster, is);
				if (!report) throw noReport(resource, unknown, text.name, how);
				const most = tierOf(server) === "standard" ? config.standardDays : config.criticalDays;
				const setting = `${text.name} of ${cluster}`;
				const promised = promisedNow(stack, cluster, scenario(report)) ?? report.objective;
				for (const finding of [...old(report, most, config.at, how), ...broken(report, promised)])
					yield { resource, ...finding, setting: `${setting}${finding.setting}` };
			});
		},
	});
}

function* old({ at }: Report, most: number, now: string, how: string): Generator<Finding> {
	const days = daysBetween(at, atOrNow(now)) ?? Number.POSITIVE_INFINITY;
	if (days > most)
		yield { setting: "", value: at, remedy: `that is ${Math.floor(days)} days ago, ${most} are allowed: ${how}` };
}

function* broken({ at, held, measured }: Report, promised: Report["objective"]): Generator<Finding> {
	if (!held)
		yield { setting: "", value: "broken", remedy: `what was promised did not hold at ${at}: see why, and try again` };
	for (const measure of ["rtoSeconds", "rpoSeconds"] as const)
		if (promised && measured[measure] > promised[measure])
			yield {
				setting: `: measured.${measure}`,
				value: measured[measure],
				remedy: `${promised[measure]} is promised: find out what took so long, or promise what it takes`,
			};
}

/** Charts declare primary and replicas apart: they are one database. */
function* eachDatabase(
	stack: DeclaredStack,
	judge: (server: MysqlServer, cluster: string) => Iterable<StackFinding>,
): Generator<StackFinding> {
	const judgedAlready = new Set<string>();
	yield* eachServer(stack, function* (server) {
		const cluster = clusterOf(server);
		if (!judgedAlready.has(databaseOf(server))) yield* judge(server, cluster);
		judgedAlready.add(databaseOf(server));
	});
}

/** The promise for a scenario, of the stack's outputs where they say it. */
function promisedNow(stack: DeclaredStack, cluster: string, scenario: Scenario): Report["objective"] {
	return rootOf(stack)?.props.databases?.[cluster]?.objectives?.scenarios?.[scenario];
}

function noReport({ urn, label }: Declared, setting: string, rule: string, how: string): NotKnown {
	const why = `is in no report that the pack was given (${how}; then --evidence, or reports in the configuration of ${rule})`;
	return new NotKnown([{ urn, resource: label, setting, why }]);
}
