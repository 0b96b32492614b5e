import { duration } from "../../../../objectives/index.ts";
import { write } from "../../../../policies/frame/mend.ts";
import type { Setting } from "../row.ts";

/** The settings that the runtime is given, with one of them changed. */
const settings = (title: string, rule: string, setting: string, value: unknown): Setting => ({
	title,
	declared: {
		"ConfigMap settings": {
			'data["settings.json"]': (text: string) => {
				const altered = JSON.parse(text);
				write(altered, setting, value);
				return JSON.stringify(altered);
			},
		},
	},
	rule,
});
const args = "spec.jobTemplate.spec.template.spec.containers[0].args";

/** Family "backup". */
export const backupRows: readonly Setting[] = [
	{
		title: "a copy of everything once a month",
		database: { "schedules.full": "0 2 1 * *", "schedules.logical": "30 3 1 * *" },
		rule: "backup-scheduled",
	},
	{
		title: "copies of everything that are suspended",
		declared: { "CronJob full": { "spec.suspend": true }, "CronJob logical": { "spec.suspend": true } },
		rule: "backup-scheduled",
	},
	{ title: "a trial once a month", database: { "schedules.validation": "0 5 1 * *" }, rule: "backup-validated" },
	{ title: "a trial once a year", database: { "schedules.validation": "0 5 1 1 *" }, rule: "backup-validated" },
	{
		title: "trials that are suspended",
		declared: { "CronJob validation": { "spec.suspend": true } },
		rule: "backup-validated",
	},
	{
		title: "an archiver without a pod",
		declared: { "Deployment archive": { "spec.replicas": 0 } },
		rule: "backup-within-rpo",
	},
	settings("logs sent each 10 minutes", "backup-within-rpo", "plan.backup.archiveFlushInterval", duration("10m")),
	settings("a store in the database's region alone", "backup-in-another-region", "stores", [
		{ name: "near", region: "eu-central-1", kind: "s3", bucket: "near" },
	]),
	settings("two stores in one region", "backup-in-another-region", "stores", [
		{ name: "near", region: "eu-central-1", kind: "s3", bucket: "near" },
		{ name: "too", region: "eu-central-1", kind: "s3", bucket: "too" },
	]),
	settings("backups of a week", "backup-retention", "plan.backup.retention.full", duration("7d")),
	settings("an archive of a week", "backup-retention", "plan.backup.retention.archive", duration("7d")),
	{
		title: "an incremental backup that is a full one",
		declared: { "CronJob incremental": { [args]: ["job", "backup", "full"] } },
		rule: "incremental-is-one",
		apart: true,
	},
];
