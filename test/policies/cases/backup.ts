import { notKnownYet, object } from "../program.ts";
import { restricted, restrictedPod } from "../soundSurroundings.ts";
import type { CaseTable } from "./case.ts";

const command = "spec.jobTemplate.spec.template.spec.containers[0].command";
const regions = 'metadata.annotations["mysql-dr/backup-regions"]';
const retention = 'metadata.annotations["mysql-dr/backup-retention"]';
const role = 'metadata.annotations["mysql-dr/backup"]';
const standard = { 'metadata.annotations["mysql-dr/tier"]': "standard" };

/** No backup, no archive, no trial. */
const none = { "CronJob backup": null, "CronJob restore-test": null, "Deployment archive": null };
const noArchive = ["archive-present"];
/** The written plan's way: everything each hour, called what it is not. */
const hourly = {
	"spec.schedule": "0 * * * *",
	[command]: ["sh", "-c", "mysqldump -h db --all-databases | gzip > /backup/$(date +%s).gz"],
};

function cronJob(name: string, namespace: string, schedule: string, command: readonly string[]) {
	const spec = { securityContext: restrictedPod, containers: [{ name, command, securityContext: restricted }] };
	return object("batch/v1", "CronJob", {
		metadata: { name, namespace },
		spec: { schedule, jobTemplate: { spec: { template: { spec } } } },
	});
}

export const backupCases: CaseTable = {
	"backup-scheduled": {
		refuses: [
			{ title: "none", change: none, says: ["StatefulSet db: CronJob is not set"], also: noArchive },
			{
				title: "one a month",
				change: { "CronJob backup": { "spec.schedule": "@monthly" } },
				says: ['CronJob backup: spec.schedule is "@monthly"'],
			},
			{
				title: "one that is suspended",
				change: { "CronJob backup": { "spec.suspend": true } },
				says: ["CronJob backup: spec.suspend is true"],
			},
			{
				title: "one that never has its turn",
				change: { "CronJob backup": { "spec.schedule": "0 2 30 2 *" } },
				says: ['CronJob backup: spec.schedule is "0 2 30 2 *"'],
			},
			{
				title: "one of another database",
				change: {
					...none,
					"CronJob backup": { 'spec.jobTemplate.spec.template.metadata.labels["app.kubernetes.io/instance"]': "other" },
				},
				says: ["StatefulSet db: CronJob is not set"],
				also: noArchive,
			},
			{
				title: "one that copies back alone",
				change: { ...none, "CronJob backup": { "metadata.name": "restore", [command]: ["xtrabackup", "--copy-back"] } },
				open: [`CronJob restore: ${role} is not set, and what it runs is not in the program`],
			},
			{
				title: "a script that is not in the program",
				change: { ...none, "CronJob backup": { [command]: ["sh", "/scripts/backup.sh"] } },
				open: [`CronJob backup: ${role} is not set, and what it runs is not in the program`],
			},
			{
				title: "a schedule that is not known yet",
				change: { "CronJob backup": { "spec.schedule": notKnownYet } },
				open: ["CronJob backup: spec.schedule is not known before it is deployed"],
			},
		],
		accepts: [
			{
				title: "a dump whose option has the word verify in it",
				change: {
					"CronJob backup": { [command]: ["sh", "-c", "mysqldump --ssl-verify-server-cert -h db > /backup/all.sql"] },
				},
			},
			{
				title: "a script that says what it is",
				change: { "CronJob backup": { [command]: ["sh", "/scripts/backup.sh"], [role]: "full" } },
			},
			{
				title: "one a week of a standard database",
				change: { StatefulSet: standard, "CronJob backup": { "spec.schedule": "@weekly" } },
			},
			{
				title: "one a month, where that is configured",
				change: { "CronJob backup": { "spec.schedule": "0 2 1 * *" } },
				config: { longestGap: "31d" },
			},
			{
				title: "a database that is backed up elsewhere",
				change: none,
				config: { elsewhere: ["<namespace>/app.kubernetes.io/instance=shop"] },
				also: noArchive,
			},
		],
	},
	"backup-within-rpo": {
		refuses: [
			{
				title: "the written plan's hourly dump",
				change: { "Deployment archive": null, "CronJob backup": hourly },
				says: ['CronJob backup: spec.schedule is "0 * * * *"'],
				also: noArchive,
			},
			{
				title: "an archive without a pod",
				change: { "Deployment archive": { "spec.replicas": 0 } },
				says: ["Deployment archive: spec.replicas is 0"],
			},
			{
				title: "an hourly dump, where an hour may be lost: it takes its time as well",
				change: {
					"Deployment archive": null,
					StatefulSet: { 'metadata.annotations["mysql-dr/rpo"]': "1h" },
					"CronJob backup": hourly,
				},
				says: ['CronJob backup: spec.schedule is "0 * * * *"'],
				also: noArchive,
			},
			{
				title: "logs that are fetched each quarter of an hour",
				change: {
					"Deployment archive": null,
					"CronJob backup": { "spec.schedule": "0 2 * * *" },
				},
				more: (namespace) => [
					cronJob("logs", namespace, "*/15 * * * *", ["mysqlbinlog", "--read-from-remote-server", "--raw"]),
				],
				says: ['CronJob logs: spec.schedule is "*/15 * * * *"'],
			},
		],
		accepts: [
			{
				title: "an hourly dump, where two hours may be lost",
				change: {
					"Deployment archive": null,
					StatefulSet: { 'metadata.annotations["mysql-dr/rpo"]': "2h" },
					"CronJob backup": hourly,
				},
				also: noArchive,
			},
			{ title: "an archive as a StatefulSet", change: { "Deployment archive": { [role]: "archive" } } },
		],
	},
	"archive-present": {
		refuses: [
			{
				title: "an hourly dump alone, where two hours may be lost",
				change: {
					"Deployment archive": null,
					StatefulSet: { 'metadata.annotations["mysql-dr/rpo"]': "2h" },
					"CronJob backup": hourly,
				},
				says: ["StatefulSet db: archive of binary logs is not set"],
			},
			{
				title: "a script of which nobody says what it is",
				change: {
					"Deployment archive": null,
					StatefulSet: { 'metadata.annotations["mysql-dr/rpo"]': "2d" },
				},
				more: (namespace) => [cronJob("log-backup", namespace, "0 * * * *", ["sh", "/scripts/logs.sh"])],
				open: [`CronJob log-backup: ${role} is not set, and what it runs is not in the program`],
			},
		],
		accepts: [
			{
				title: "the files as they are, more often than the promise says",
				change: { "Deployment archive": null },
				more: (namespace) => [
					cronJob("logs", namespace, "*/4 * * * *", ["sh", "-c", "cp /var/log/mysql/mysql-bin.* /backup/binlogs/"]),
				],
			},
		],
	},
	"backup-in-another-region": {
		refuses: [
			{
				title: "one region",
				change: { "CronJob backup": { [regions]: "eu-central-1" } },
				says: [`CronJob backup: ${regions} is "eu-central-1"`],
			},
			{
				title: "nothing said",
				change: { "CronJob backup": { [regions]: undefined } },
				open: [`CronJob backup: ${regions} is not set, and where its copies go is not in the program`],
			},
		],
		accepts: [{ title: "two regions", change: { "CronJob backup": { [regions]: "eu-central-1 eu-north-1" } } }],
	},
	"backup-validated": {
		refuses: [
			{
				title: "never",
				change: { "CronJob restore-test": null },
				says: ["CronJob backup: CronJob for validation is not set"],
			},
			{
				title: "once a quarter",
				change: { "CronJob restore-test": { "spec.schedule": "0 5 1 1,4,7,10 *" } },
				says: ['CronJob restore-test: spec.schedule is "0 5 1 1,4,7,10 *"'],
			},
			{
				title: "suspended",
				change: { "CronJob restore-test": { "spec.suspend": true } },
				says: ["CronJob restore-test: spec.suspend is true"],
			},
			{
				title: "an option that has the word in it",
				change: { "CronJob restore-test": null },
				more: (namespace) => [
					cronJob("copies", namespace, "0 5 * * *", ["sh", "-c", "aws s3 sync --no-verify-ssl /backup s3://copies"]),
				],
				says: ["CronJob backup: CronJob for validation is not set"],
			},
			{
				title: "one that copies back and boots nothing",
				change: { "CronJob restore-test": { [command]: ["sh", "-c", "xtrabackup --copy-back --target-dir=/backup"] } },
				says: ['CronJob restore-test: CronJob for validation is "restore-test"'],
			},
			{
				title: "one that asks whether a file is whole",
				change: { "CronJob restore-test": { [command]: ["mysqlbackup", "--backup-image=/backup/db.mbi", "validate"] } },
				says: ['CronJob restore-test: CronJob for validation is "restore-test"'],
			},
			{
				title: "a script that is not in the program",
				change: { "CronJob restore-test": { [command]: ["sh", "/scripts/restore-test.sh"] } },
				open: [`CronJob restore-test: ${role} is not set, and what it runs is not in the program`],
			},
		],
		accepts: [
			{ title: "once a week", change: { "CronJob restore-test": { "spec.schedule": "0 5 * * 0" } } },
			{
				title: "by a script that says what it is",
				change: { "CronJob restore-test": { [command]: ["sh", "/scripts/try.sh"], [role]: "validation" } },
			},
		],
	},
	"backup-retention": {
		refuses: [
			{
				title: "a week",
				change: { "CronJob backup": { [retention]: "7d" } },
				says: [`CronJob backup: ${retention} is "7d"`],
			},
			{
				title: "a time that is none",
				change: { "CronJob backup": { [retention]: "a month" } },
				says: [`CronJob backup: ${retention} is "a month"`],
			},
			{
				title: "nothing said",
				change: { "CronJob backup": { [retention]: undefined } },
				open: [`CronJob backup: ${retention} is not set, and for how long its copies are kept is not in the program`],
			},
		],
		accepts: [
			{
				title: "two weeks of a standard database",
				change: { StatefulSet: standard, "CronJob backup": { [retention]: "14d" } },
			},
		],
	},
	"incremental-is-one": {
		refuses: [
			{
				title: "the written plan's hourly mysqldump",
				change: { "CronJob backup": { ...hourly, "metadata.name": "mysql-incremental-backup" } },
				says: ['CronJob mysql-incremental-backup: metadata.name is "mysql-incremental-backup"'],
			},
		],
		accepts: [
			{
				title: "what has changed alone",
				change: {
					"CronJob restore-test": { "metadata.name": "restore-test" },
				},
				more: (namespace) => [
					cronJob("backup-incremental", namespace, "0 * * * *", [
						"xtrabackup",
						"--backup",
						"--incremental-basedir=/backup/full",
					]),
				],
			},
		],
	},
};
