import type { Finding } from "../frame/rule.ts";
import { type ManagedDatabase, managedRule } from "./managedDatabase.ts";

export const managedProtected = managedRule({
	name: "managed-protected",
	what: "A cloud's MySQL database is deleted by nobody at once: not by the cloud's console, and not by Pulumi.",
	why: {
		reason:
			"Its automatic backups go with it. The cloud's own protection stands against whoever is logged in, Pulumi's against a renamed variable.",
		source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
	},
	fix: "Set deletionProtection: true (Cloud SQL: settings.deletionProtectionEnabled besides), and the option protect: true.",
	severity: "critical",
	*rds(database) {
		if (!database.replica) yield* kept(database, "deletionProtection", database.settings.deletionProtection);
	},
	*aurora(database) {
		yield* kept(database, "deletionProtection", database.settings.deletionProtection);
	},
	*cloudSql(database) {
		const { settings, replica } = database;
		if (!replica)
			yield* kept(database, "settings.deletionProtectionEnabled", settings.settings?.deletionProtectionEnabled);
	},
});

function* kept({ resource }: ManagedDatabase, setting: string, value: unknown): Generator<Finding> {
	if (value !== true) yield { setting, value, remedy: "set true" };
	if (!resource.protect)
		yield { setting: "protect", value: false, remedy: "set the option protect: true, so that no update takes it away" };
}
