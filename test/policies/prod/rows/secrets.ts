import type { Setting } from "../row.ts";

const server = "spec.template.spec.containers[0]";
const contact = { role: "DBA", name: "Jane Smith", email: "dba@company.com" };

/** Family "secrets". */
export const secretsRows: readonly Setting[] = [
	{
		title: "the root password in the environment",
		declared: { StatefulSet: { [`${server}.env`]: [{ name: "MYSQL_ROOT_PASSWORD", value: "verysecret" }] } },
		rule: "no-plain-secrets",
	},
	{
		title: "a password by a shorter word",
		declared: { Deployment: { [`${server}.env`]: [{ name: "DB_PASS", value: "verysecret" }] } },
		rule: "no-plain-secrets",
	},
	{
		title: "a client's file in the ConfigMap",
		declared: { "ConfigMap settings": { 'data["client.cnf"]': "[client]\npassword=verysecret\n" } },
		rule: "no-plain-secrets",
	},
	{
		title: "a password as an argument",
		declared: { Deployment: { [`${server}.args`]: ["watchdog", "--password=$(PASSWORD)"] } },
		rule: "no-password-arguments",
	},
	{
		title: "a password among the contacts, which are an output",
		stack: { contacts: [{ ...contact, name: "password=verysecret" }, contact] },
		rule: "no-secret-outputs",
	},
];
