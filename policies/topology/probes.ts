import { each, NotKnown } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import { isOurs, type MysqlServer } from "../kubernetes/mysqlServer.ts";
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
	*judge(server) {
		const { container, path } = server.server;
		const probes = ["readinessProbe", "livenessProbe", "startupProbe"] as const;
		yield* each(probes, function* (name): Generator<Finding> {
			const probe = container[name];
			const setting = `${path}.${name}`;
			if (probe) yield* judged(server, probe, setting);
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

const admin = /(?<![-\w])(mysqladmin|mariadb-admin)(?![-\w])/;
/** Clients with a statement, and the official image's own check where it asks for more than an answer. */
const asks =
	/(?<![-\w])(mysql|mariadb|mysqlsh)(?![-\w]).*(select|show|-e\b|--execute|--sql)|healthcheck\.sh.*--(innodb_initialized|replication)/is;
/** Programs that look at the process, a file or nothing at all. */
const looksAway =
	/^(?:\S*\/)?(true|:|echo|exit|cat|ls|test|\[|stat|pgrep|pidof|ps|kill|sleep|nc|ncat|curl|wget|bash -c true)(?![-\w])/;

function* judged(server: MysqlServer, probe: Probe, setting: string): Generator<Finding> {
	const { exec, tcpSocket, httpGet, grpc } = probe;
	if (tcpSocket)
		yield {
			setting: `${setting}.tcpSocket`,
			value: tcpSocket,
			remedy: `the kernel accepts connections for a server that hangs: ${query}`,
		};
	else if (exec) yield* judgedCommand(server, exec.command ?? [], `${setting}.exec.command`);
	else if (httpGet || grpc) unseen(server, `${setting}.${httpGet ? "httpGet" : "grpc"}`, "what answers there");
}

function* judgedCommand(server: MysqlServer, words: readonly string[], setting: string): Generator<Finding> {
	const command = words.join(" ");
	const [, administers] = admin.exec(command) ?? [];
	// The program alone is shown: what follows it may hold a password.
	if (administers !== undefined && !/\bselect\b/i.test(command))
		yield {
			setting,
			value: administers,
			remedy: 'it succeeds without an answer to a query: use mysql -NBe "SELECT 1"',
		};
	else if (administers === undefined && !asks.test(command)) {
		const script = command.replace(/^(?:\S*\/)?(?:ba|da|z)?sh\s+-[a-z]*c\s+/, "").replace(/^timeout\s+\S+\s+/, "");
		const [, program] = looksAway.exec(script) ?? [];
		if (program !== undefined) yield { setting, value: program, remedy: `it asks the server nothing: ${query}` };
		// This project's own script is tested where it is written.
		else if (!isOurs(server)) unseen(server, setting, "what it runs");
	}
}

function unseen({ resource: { urn, label } }: MysqlServer, setting: string, what: string): never {
	throw new NotKnown([{ urn, resource: label, setting, why: `is there, and ${what} is not in the program` }]);
}
