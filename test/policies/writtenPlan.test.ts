/** The written plan's own YAML, as a program: refused, with each of its faults named. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { policyDocument } from "../../local/commands/policyText.ts";
import { type Engine, presentEngine } from "../../local/engine/engine.ts";
import type { PolicyReport } from "../../local/engine/policyEvents.ts";
import { rules } from "../../policies/rules.ts";
import { Previews } from "./previews.ts";

const engine = await presentEngine();
const inEngine = engine ? describe : describe.skip;

/** For a hang alone. */
const patience = 300_000;

/** What is wrong with the plan, the rule that must say so, and of what. */
const faults: readonly (readonly [string, string, RegExp])[] = [
	["nothing declares what it promises", "objectives-declared", /StatefulSet mysql-primary: .*mysql-dr\/rto/],
	[
		"replicas keep apart only if the scheduler likes",
		"zone-anti-affinity",
		/StatefulSet mysql-replica: .*preferredDuringScheduling.* is \[.*a preference does not hold/,
	],
	["zones by a label that no node has", "current-zone-label", /failure-domain\.beta\.kubernetes\.io\/zone/],
	["one pod is the primary, and no other can be", "three-instances", /StatefulSet mysql-primary: spec\.replicas is 1/],
	["two replicas alone", "three-instances", /StatefulSet mysql-replica: spec\.replicas is 2/],
	["a drain takes both replicas at once", "disruption-budget", /StatefulSet mysql-replica: PodDisruptionBudget/],
	["pods without requests are evicted first", "guaranteed-qos", /StatefulSet mysql-primary: .*limits\.memory/],
	["nobody asks the server whether it answers", "probes-query", /StatefulSet mysql-primary: .*readinessProbe/],
	["mysqld is killed after 30 s", "grace-period", /StatefulSet mysql-primary: .*terminationGracePeriodSeconds/],
	["a write is done before another server has it", "semi-sync-enabled", /mysql-primary: .*source_enabled/],
	["and nothing waits for that", "lossless-semi-sync", /mysql-primary: .*source_timeout/],
	["nobody can tell which server has more", "gtid", /mysql-primary: .*gtid_mode/],
	["what a replica has may be in memory alone", "relay-log-kept", /mysql-replica: .*sync_relay_log/],
	["an hourly full dump is called incremental", "incremental-is-one", /CronJob mysql-incremental/],
	[
		"a quarter of an hour is lost with the copies of logs, five minutes are promised",
		"backup-within-rpo",
		/CronJob mysql-binlogs: .*"\*\/15 \* \* \* \*"/,
	],
	[
		"a copy is loaded over the database and compared with it, and none is ever booted",
		"backup-validated",
		/CronJob mysql-backup-validation: .*it starts no server on a copy/,
	],
	["copies lie in a volume beside the database", "not-judged", /CronJob mysql-full: .*backup-regions/],
	["nothing is ever let go, or all of it", "not-judged", /CronJob mysql-full: .*backup-retention/],
	["whether volumes outlive their claims, nobody says", "not-judged", /mysql-primary: .*storageClassName/],
	["a larger volume replaces the whole set", "set-not-replaced", /mysql-primary: ignoreChanges/],
	["and an update may take the data away", "data-protected", /mysql-primary: protect is false/],
	["the root password lies in a ConfigMap", "no-plain-secrets", /ConfigMap mysql-config: data\.MYSQL_ROOT_PASSWORD/],
	["it is an argument of the nightly dump", "no-password-arguments", /CronJob mysql-backup: .*command/],
	["and of the hourly one", "no-password-arguments", /CronJob mysql-incremental: .*command/],
	["and of the watchdog's clients", "no-password-arguments", /Pod mysql-failover: .*command/],
	["the stack gives it to whoever asks", "no-secret-outputs", /mysqlRootPassword/],
	["servers run as root", "restricted-pods", /StatefulSet mysql-primary: .*runAsNonRoot/],
	["so do the backups", "restricted-pods", /CronJob mysql-backup: .*runAsNonRoot/],
	["every pod of the cluster reaches the server", "network-policy", /StatefulSet mysql-primary: NetworkPolicy/],
	["the watchdog may do anything with any Service", "no-wildcard-rights", /ClusterRole mysql-failover: .*verbs/],
	["and point any application's clients anywhere", "own-objects-only", /ClusterRole mysql-failover: rules\[1\]/],
	["a single kubectl patch loop fails over, in one zone", "watchdogs-apart", /Pod mysql-failover: kind is "Pod"/],
	["the monitor asks a port that nothing has", "monitored", /ServiceMonitor mysql-monitor/],
	["and nobody is woken by what it would find", "monitored", /PrometheusRule is not set/],
	["drills are a sentence, in no calendar", "drill-calendar", /StatefulSet mysql-primary: .*drill-restore/],
	["whom to call is a table in a document", "contacts-reachable", /StatefulSet mysql-primary: .*contacts/],
	["an image whose tag moves", "pinned-images", /StatefulSet mysql-primary: .*image is "mysql:8\.0"/],
	["who writes the bucket overwrites every backup", "bucket-versioning", /Bucket mysql-backups/],
	["who takes its keys deletes them", "bucket-lock", /Bucket mysql-backups/],
	["the bucket may be made public", "bucket-not-public", /Bucket mysql-backups/],
	["whoever may read it has the data", "bucket-encryption", /Bucket mysql-backups/],
	["it is lost with its region", "bucket-replication", /Bucket mysql-backups/],
	["and is reached without TLS", "bucket-tls", /Bucket mysql-backups/],
	["whoever destroys the stack destroys it", "bucket-protected", /Bucket mysql-backups: protect is false/],
	["no restore was ever tried", "not-judged", /restore was last tried/],
	["no failover was ever practised", "not-judged", /failover was last practised/],
];

inEngine("the written plan", () => {
	let report: PolicyReport;

	beforeAll(async () => {
		const folder = join(import.meta.dirname, "written-plan");
		const previews = await Previews.open(engine as Engine, { folder, project: "written-plan", stack: "prod" });
		try {
			report = await previews.preview();
		} finally {
			await previews.close();
		}
	}, patience);

	test("is refused by policies, and by nothing else", () => {
		expect(report.errors).toEqual([]);
		expect(report.lines.some(({ level }) => level === "mandatory")).toBe(true);
	});

	test.each(faults)("%s: %s", (_fault, rule, says) => {
		const lines = report.lines.filter((line) => line.rule === rule).map(({ text }) => text);
		expect(lines).toContainEqual(expect.stringMatching(says));
	});

	test("is refused for nothing but these", () => {
		const named = new Set(faults.map(([, rule]) => rule));
		expect(new Set(report.lines.map(({ rule }) => rule))).toEqual(named);
	});

	test("has its password in no line", () => {
		expect(JSON.stringify(policyDocument(report, rules))).not.toContain("changeme");
	});
});
