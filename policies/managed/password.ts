import { type Finding, hidden } from "../frame/rule.ts";
import { type ManagedDatabase, managedRule } from "./managedDatabase.ts";

export const managedPassword = managedRule({
	name: "managed-password",
	what: "The first password of a cloud's MySQL database is not written in the program.",
	why: {
		reason:
			"Whoever reads the repository, or a state that does not encrypt it, has the database. A policy is not shown whether a text came from a secret: one that another resource makes, or that the cloud keeps, is none in the program.",
		source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
	},
	fix: "RDS and Aurora: manageMasterUserPassword: true, and AWS makes and rotates it. Cloud SQL: a random.RandomPassword, or users by IAM.",
	severity: "high",
	rds: (database) => written(database, "password", "set manageMasterUserPassword: true in its place"),
	aurora: (database) => written(database, "masterPassword", "set manageMasterUserPassword: true in its place"),
	cloudSql: (database) => written(database, "rootPassword", "let a random.RandomPassword make it, or leave it away"),
});

function* written(
	{ resource: { inputs, madeOf } }: ManagedDatabase,
	setting: string,
	remedy: string,
): Generator<Finding> {
	if (madeOf[setting]?.length || inputs[setting] === undefined) return;
	yield { setting, value: hidden, remedy };
}
