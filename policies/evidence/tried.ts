import type { Scenario } from "../../objectives/index.ts";
import { type Declared, type DeclaredStack, rootOf } from "../frame/declared.ts";
import { judged, NotKnown } from "../frame/notKnown.ts";
import { type Finding, type RuleText, type StackFinding, type StackRule, stackRule } from "../frame/rule.ts";
import { atOrNow, daysBetween } from "../frame/time.ts";
import { clusterOf, databaseOf, eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { tierOf } from "../kubernetes/promise.ts";
import { brokenAsMeasured, planOf } from "./asMeasured.ts";
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
	// The copy is made as after the loss of the cluster, from the stores alone: a part of what that takes.
	scenario: () => "cluster",
	part: true,
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
	/** Whether what it takes is only a part of what the scenario takes, of which the forecast knows the rest. */
	readonly part?: boolean;
	/** The command by which it is tried. */
	readonly how: string;
	/** What is not known without a report. */
	readonly unknown: string;
}

function tried(rule: Tried): StackRule {
	const { is: _is, scenario: _scenario, part: _part, how: _how, unknown: _unknown, ...text } = rule;
	return stackRule({
		...text,
		family: "evidence",
		*judgeStack(stack, given) {
			const config = given as unknown as Config;
			const alone = databasesOf(stack).size < 2;
			yield* eachDatabase(stack, function* ({ server, cluster }): Generator<StackFinding> {
				const report = reportFor(rule, config, { server, cluster, alone });
				const most = tierOf(server) === "standard" ? config.standardDays : config.criticalDays;
				const findings = [
					...old(report, most, config.at, rule.how),
					...unheld(report),
					...late(rule, stack, report, cluster),
				];
				for (const finding of findings)
					yield { resource: server.resource, ...finding, setting: `${text.name} of ${cluster}${finding.setting}` };
			});
		},
	});
}

interface Database {
	readonly server: MysqlServer;
	/** As reports call it. */
	readonly cluster: string;
}

/** @throws NotKnown where there is none, or none that says of which of several databases it is */
function reportFor(
	{ is, how, unknown, name }: Tried,
	{ reports }: Config,
	{ server, cluster, alone }: Database & { readonly alone: boolean },
): Report {
	const found = newest(
		reports,
		(one) => is(one.tried) && (one.cluster === undefined ? alone : one.cluster === cluster),
	);
	if (found) return found;
	const nameless = newest(reports, (one) => is(one.tried) && one.cluster === undefined) !== undefined;
	throw noReport(server.resource, { setting: unknown, rule: name, how, nameless });
}

/** What took too long, or lost too much. */
function late(
	{ scenario, part = false }: Tried,
	stack: DeclaredStack,
	report: Report,
	cluster: string,
): Iterable<Finding> {
	const plan = part ? planOf(stack, cluster) : undefined;
	if (plan) return brokenAsMeasured(report, plan, scenario(report));
	return broken(report, promisedNow(stack, cluster, scenario(report)) ?? report.objective);
}

function* old({ at }: Report, most: number, now: string, how: string): Generator<Finding> {
	const days = daysBetween(at, atOrNow(now)) ?? Number.POSITIVE_INFINITY;
	if (days > most)
		yield { setting: "", value: at, remedy: `that is ${Math.floor(days)} days ago, ${most} are allowed: ${how}` };
}

function* unheld({ at, held }: Report): Generator<Finding> {
	if (!held)
		yield { setting: "", value: "broken", remedy: `what was promised did not hold at ${at}: see why, and try again` };
}

function* broken({ measured }: Report, promised: Report["objective"]): Generator<Finding> {
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
	judge: (database: Database) => Iterable<StackFinding>,
): Generator<StackFinding> {
	const judgedAlready = new Set<string>();
	yield* eachServer(stack, function* (server) {
		const cluster = clusterOf(server);
		if (!judgedAlready.has(databaseOf(server))) yield* judge({ server, cluster });
		judgedAlready.add(databaseOf(server));
	});
}

/** Those of the program, as {@link databaseOf} tells them apart; of one that is not known yet it is not known either. */
function databasesOf(stack: DeclaredStack): ReadonlySet<string> {
	return new Set(judged(() => eachServer(stack, (server) => [databaseOf(server)])).found);
}

/** The promise for a scenario, of the stack's outputs where they say it. */
function promisedNow(stack: DeclaredStack, cluster: string, scenario: Scenario): Report["objective"] {
	return rootOf(stack)?.props.databases?.[cluster]?.objectives?.scenarios?.[scenario];
}

function noReport(
	{ urn, label }: Declared,
	{ setting, rule, how, nameless }: { setting: string; rule: string; how: string; nameless: boolean },
): NotKnown {
	const those = nameless
		? "is in no report that says of which of the databases it is"
		: "is in no report that the pack was given";
	const why = `${those} (${how}; then --evidence, or reports in the configuration of ${rule})`;
	return new NotKnown([{ urn, resource: label, setting, why }]);
}
