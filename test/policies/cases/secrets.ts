import { notKnownYet, object } from "../program.ts";
import { daysAgo } from "../proven.ts";
import type { CaseTable } from "./case.ts";

const server = "spec.template.spec.containers[0]";
const env = (...variables: object[]) => ({ StatefulSet: { [`${server}.env`]: variables } });
const args = (...words: string[]) => ({ StatefulSet: { [`${server}.args`]: words } });

export const secretsCases: CaseTable = {
	"no-plain-secrets": {
		refuses: [
			{
				title: "a password in the environment",
				change: env({ name: "TZ", value: "UTC" }, { name: "MYSQL_ROOT_PASSWORD", value: "verysecret" }),
				says: [`StatefulSet db: ${server}.env[1] (MYSQL_ROOT_PASSWORD) holds a value that is not shown here`],
			},
			{
				title: "one within an address",
				change: env({ name: "DATABASE_URL", value: "mysql://shop:verysecret@db/shop" }),
				says: [`StatefulSet db: ${server}.env[0] (DATABASE_URL) holds a value that is not shown here`],
			},
			{
				title: "one among the arguments",
				change: args("--password=verysecret"),
				says: [`StatefulSet db: ${server}.args holds a value that is not shown here`],
			},
			{
				title: "one in a ConfigMap, by its key",
				more: (namespace) => [configMap(namespace, { "mysql-root-password": "verysecret" })],
				says: ["ConfigMap mysql: data.mysql-root-password holds a value that is not shown here"],
			},
			{
				title: "one in a file of a ConfigMap",
				more: (namespace) => [configMap(namespace, { "my.cnf": "[client]\nuser=root\npassword=verysecret\n" })],
				says: ['ConfigMap mysql: data["my.cnf"] holds a value that is not shown here'],
			},
			{
				title: "one in what a ConfigMap holds as binary data",
				more: (namespace) => [
					{
						...configMap(namespace, {}),
						props: {
							...configMap(namespace, {}).props,
							binaryData: { "my.cnf": Buffer.from("[client]\npassword=verysecret\n").toString("base64") },
						},
					},
				],
				says: ['ConfigMap mysql: binaryData["my.cnf"] holds a value that is not shown here'],
			},
			{
				title: "shorter words for one, and one that was",
				change: env({ name: "DB_PASS", value: "verysecret" }, { name: "DB_PASSWORD_OLD", value: "/verysecret" }),
				says: [
					`StatefulSet db: ${server}.env[0] (DB_PASS) holds a value that is not shown here`,
					`StatefulSet db: ${server}.env[1] (DB_PASSWORD_OLD) holds a value that is not shown here`,
				],
			},
			{
				title: "one in the SQL of a ConfigMap",
				more: (namespace) => [configMap(namespace, { "init.sql": "CREATE USER r@'%' IDENTIFIED BY 'verysecret';" })],
				says: ['ConfigMap mysql: data["init.sql"] holds a value that is not shown here'],
			},
			{
				title: "a value that is not known yet",
				change: env({ name: "MYSQL_ROOT_PASSWORD", value: notKnownYet }),
				open: [`StatefulSet db: ${server}.env[0].value is not known before it is deployed`],
				says: [],
			},
		],
		accepts: [
			{
				title: "a Secret in the environment",
				change: env({ name: "MYSQL_ROOT_PASSWORD", valueFrom: { secretKeyRef: { name: "mysql", key: "root" } } }),
			},
			{
				title: "where a password is, and that there is none",
				change: env(
					{ name: "MYSQL_ROOT_PASSWORD_FILE", value: "/run/secrets/root" },
					{ name: "MYSQL_RANDOM_ROOT_PASSWORD", value: "yes" },
					{ name: "MYSQL_PASSWORD", value: "$(FROM_SECRET)" },
				),
			},
			{
				title: "settings of passwords in a ConfigMap",
				more: (namespace) => [
					configMap(namespace, {
						"my.cnf": "[mysqld]\ndefault_password_lifetime=0\nvalidate_password.policy=STRONG\npassword_history=5\n",
						"settings.json": '{"credentialsSecret":"mysql-credentials","tls":{"keyFile":"/tls.key"}}',
					}),
				],
			},
		],
	},
	"no-password-arguments": {
		refuses: [
			{
				title: "the written plan's client in a probe's script",
				more: (namespace) => [
					configMap(namespace, { "check.sh": 'mysql -h db -u root -p$MYSQL_ROOT_PASSWORD -e "SELECT 1"' }),
				],
				says: ['ConfigMap mysql: data["check.sh"] is "a password by a variable"'],
			},
		],
		accepts: [
			{
				title: "a file for the client",
				more: (namespace) => [
					configMap(namespace, { "check.sh": 'mysql --defaults-extra-file=/etc/my/client.cnf -P 3306 -e "SELECT 1"' }),
				],
			},
			{
				title: "another program's -p",
				more: (namespace) => [configMap(namespace, { "make.sh": "mkdir -p /backup && mysql -h db" })],
			},
		],
	},
	"no-secret-outputs": {
		refuses: [
			{
				title: "a password",
				only: true,
				outputs: { before: {}, now: { connection: { host: "db", rootPassword: "verysecret" } } },
				says: ["Stack test-test: connection.rootPassword holds a value that is not shown here"],
			},
		],
		accepts: [
			{
				title: "the name of a Secret",
				only: true,
				outputs: { before: {}, now: { connection: { host: "db", passwordSecret: "mysql-credentials" } } },
			},
		],
	},
	"secret-rotation": {
		refuses: [
			{
				title: "two years",
				more: (namespace) => [secret(namespace, { annotations: { "mysql-dr/rotated": daysAgo(730) } })],
				says: ['Secret mysql: metadata.annotations["mysql-dr/rotated"] is "'],
			},
			{
				title: "no day",
				more: (namespace) => [secret(namespace, { annotations: { "mysql-dr/rotated": "last summer" } })],
				says: ['Secret mysql: metadata.annotations["mysql-dr/rotated"] is "last summer"'],
			},
			{
				title: "a rotation every two years",
				more: () => [
					{
						type: "aws:secretsmanager/secretRotation:SecretRotation",
						name: "mysql",
						props: { secretId: "mysql", rotationRules: { automaticallyAfterDays: 730 } },
					},
				],
				says: ["SecretRotation mysql: rotationRules.automaticallyAfterDays is 730"],
			},
			{
				title: "more than is configured",
				rulesAlone: true,
				more: (namespace) => [secret(namespace, { annotations: { "mysql-dr/rotated": daysAgo(100) } })],
				config: { mostDays: 90 },
				says: ['Secret mysql: metadata.annotations["mysql-dr/rotated"] is "'],
			},
		],
		accepts: [
			{ title: "one that is not made yet", more: (namespace) => [secret(namespace, {})] },
			{
				title: "last month",
				more: (namespace) => [secret(namespace, { annotations: { "mysql-dr/rotated": daysAgo(30) } })],
			},
		],
	},
};

function configMap(namespace: string, data: object) {
	return object("v1", "ConfigMap", { metadata: { name: "mysql", namespace }, data });
}

/** Its values are what an operator writes: none of ours. */
function secret(namespace: string, metadata: object) {
	return object("v1", "Secret", {
		metadata: { name: "mysql", namespace, ...metadata },
		stringData: { "root-password": "x" },
	});
}
