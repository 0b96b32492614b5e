import { each } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import type { Probe } from "../kubernetes/pod.ts";
import { serverRule } from "../kubernetes/serverRule.ts";

export const probesQuery = serverRule({
	name: "probes-query",
	family: "topology",
	what: "Probes of a MySQL server ask it a query.",
	why: {
		reason:
			"A stopped or hanging mysqld still accepts connections, since the kernel does that for it; and mysqladmin ping says alive when the server refuses the login, or can write nothing.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/mysqladmin.html",
	},
	fix: 'Use exec with mysql --defaults-file=<a file with an account> -NBe "SELECT 1".',
	severity: "high",
	*judge({ server: { container, path } }) {
		const probes = ["readinessProbe", "livenessProbe", "startupProbe"] as const;
		yield* each(probes, function* (name): Generator<Finding> {
			const probe = container[name];
			const setting = `${path}.${name}`;
			if (probe) yield* judged(probe, setting);
			else if (name === "readinessProbe")
				yield {
					setting,
					value: undefined,
					remedy: `${query}; without it a server is sent clients before it can answer`,
				};
		});
	},
});

const query = 'add exec with mysql -NBe "SELECT 1"';

/** What a script does that is not in the program, nobody sees here; it passes. */
function* judged(probe: Probe, setting: string): Generator<Finding> {
	const { exec, tcpSocket } = probe;
	if (tcpSocket)
		yield {
			setting: `${setting}.tcpSocket`,
			value: tcpSocket,
			remedy: `the kernel accepts connections for a server that hangs: ${query}`,
		};
	const command = exec?.command?.join(" ") ?? "";
	const [program] = /\b(mysqladmin|mariadb-admin)\b/.exec(command) ?? [];
	if (program !== undefined && !/\bselect\b/i.test(command))
		yield {
			setting: `${setting}.exec.command`,
			// The program alone: what follows it may hold a password.
			value: program,
			remedy: 'it succeeds without an answer to a query: use mysql -NBe "SELECT 1"',
		};
}
