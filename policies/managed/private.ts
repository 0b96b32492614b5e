import { each } from "../frame/notKnown.ts";
import { managedRule, membersOf } from "./managedDatabase.ts";

export const managedPrivate = managedRule({
	name: "managed-private",
	what: "A cloud's MySQL database has no address in the internet.",
	why: {
		reason: "Whatever has one is found within the hour, and asked for passwords from then on.",
		source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
	},
	fix: "RDS and Aurora: leave publiclyAccessible away. Cloud SQL: settings.ipConfiguration with ipv4Enabled: false and privateNetwork.",
	severity: "critical",
	*rds({ settings: { publiclyAccessible: value } }) {
		if (value === true) yield { setting: "publiclyAccessible", value, remedy: "take it away" };
	},
	*aurora(database, _config, stack) {
		yield* each(membersOf(stack, database), function* (resource) {
			const value = resource.inputs.publiclyAccessible;
			if (value === true) yield { resource, setting: "publiclyAccessible", value, remedy: "take it away" };
		});
	},
	*cloudSql({ settings }) {
		// Google gives one where nobody says.
		const value = settings.settings?.ipConfiguration?.ipv4Enabled;
		if (value !== false)
			yield {
				setting: "settings.ipConfiguration.ipv4Enabled",
				value,
				remedy: "set false, and name a privateNetwork: else it has a public address",
			};
	},
});
