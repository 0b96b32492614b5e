import { managedRule, membersOf } from "./managedDatabase.ts";

export const managedZones = managedRule({
	name: "managed-zones",
	what: "A cloud's MySQL database has a standby in another zone.",
	why: {
		reason: "In a single zone it is down for as long as the zone is, and restoring it elsewhere takes hours.",
		source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html",
	},
	fix: 'RDS: multiAz: true. Aurora: two ClusterInstances or more. Cloud SQL: settings.availabilityType "REGIONAL".',
	severity: "high",
	*rds({ settings: { multiAz: value }, replica }) {
		if (!replica && value !== true) yield { setting: "multiAz", value, remedy: "set true" };
	},
	*aurora(database, _config, stack) {
		const members = membersOf(stack, database).length;
		// A cluster of RDS that is no Aurora has three by itself.
		if (members >= 2 || database.settings.engine !== "aurora-mysql") return;
		yield {
			setting: "ClusterInstance",
			value: members,
			remedy: "declare two or more: they are put into different zones",
		};
	},
	*cloudSql({ settings, replica }) {
		const value = settings.settings?.availabilityType;
		if (!replica && value !== "REGIONAL")
			yield { setting: "settings.availabilityType", value, remedy: 'set "REGIONAL"' };
	},
});
