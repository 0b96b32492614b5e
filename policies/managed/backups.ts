import { managedRule } from "./managedDatabase.ts";

const days = (value: unknown, standard: number) => Number(value ?? standard);

export const managedBackups = managedRule({
	name: "managed-backups",
	what: "A cloud's MySQL database keeps backups, and the logs to go to any second between them.",
	why: {
		reason:
			"RDS makes none where backupRetentionPeriod is 0, which is also what an instance without it has; Cloud SQL none unless it is told. What was deleted by mistake is then gone.",
		source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
	},
	fix: "RDS and Aurora: backupRetentionPeriod. Cloud SQL: settings.backupConfiguration with enabled and binaryLogEnabled, and transactionLogRetentionDays.",
	severity: "critical",
	config: {
		leastDays: { type: "integer", minimum: 1, default: 7, description: "Days for which backups and logs are kept." },
	},
	*rds({ settings: { backupRetentionPeriod: value }, replica }, { leastDays }) {
		if (replica || days(value, 0) >= leastDays) return;
		yield { setting: "backupRetentionPeriod", value, remedy: `set ${leastDays} or more: without it there is none` };
	},
	*aurora({ settings: { backupRetentionPeriod: value } }, { leastDays }) {
		if (days(value, 1) >= leastDays) return;
		yield { setting: "backupRetentionPeriod", value, remedy: `set ${leastDays} or more: without it it is a day` };
	},
	*cloudSql({ settings, replica }, { leastDays }) {
		if (replica) return;
		const { enabled, binaryLogEnabled, transactionLogRetentionDays } = settings.settings?.backupConfiguration ?? {};
		const where = "settings.backupConfiguration";
		if (enabled !== true) yield { setting: `${where}.enabled`, value: enabled, remedy: "set true: else there is none" };
		if (binaryLogEnabled !== true)
			yield {
				setting: `${where}.binaryLogEnabled`,
				value: binaryLogEnabled,
				remedy: "set true: else only the moments of the backups can be gone back to",
			};
		// Seven days, or fourteen by its edition, where nobody says.
		if (days(transactionLogRetentionDays, leastDays) < leastDays)
			yield {
				setting: `${where}.transactionLogRetentionDays`,
				value: transactionLogRetentionDays,
				remedy: `set ${leastDays} or more`,
			};
	},
});
