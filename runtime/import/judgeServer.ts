/** Whether the source, as it is set and for who reads it, can be replicated from. Pure. */
import type { SourceFacts, TargetFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";
import type { Inventory } from "./inventory.ts";
import { isOlder, parseVersion } from "./version.ts";

export interface Compared {
	readonly source: Inventory;
	readonly target: Inventory;
	readonly sourceFacts: SourceFacts;
	readonly targetFacts: TargetFacts;
	/** Account on the source: `user`. */
	readonly user: string;
	/** Accounts of the source are brought in as well. */
	readonly withAccounts: boolean;
}

export function judgeServer(compared: Compared): readonly Finding[] {
	return [
		...versions(compared),
		...binaryLog(compared),
		...privileges(compared),
		...identity(compared),
		...differences(compared),
		...moment(compared),
	];
}

const variable = ({ variables }: Inventory, name: string) => variables.get(name) ?? "";

function versions({ source, target }: Compared): readonly Finding[] {
	const [from, to] = [parseVersion(variable(source, "version")), parseVersion(variable(target, "version"))];
	const where = [from.text];
	if (!from.mysql) {
		const remedy = "load a mysqldump of it by hand, and test the application against it";
		return finding({ kind: "version", wrong: "the source is not MySQL", where, remedy });
	}
	if (isOlder(from, { major: 8, minor: 0 })) {
		const remedy = "upgrade the source to 8.0 first, in place";
		return finding({ kind: "version", wrong: "the source is older than MySQL 8.0", where, remedy });
	}
	if (!isOlder(to, from)) return [];
	const remedy = "deploy a target of the same version or a newer one";
	return finding({ kind: "version", wrong: `the source is newer than the target (${to.text})`, where, remedy });
}

function binaryLog({ source }: Compared): readonly Finding[] {
	const wanted = { log_bin: "ON", binlog_format: "ROW", binlog_row_image: "FULL" } as const;
	const differs = Object.entries(wanted).filter(([name, value]) => variable(source, name).toUpperCase() !== value);
	const [off, others] = [
		differs.filter(([name]) => name === "log_bin"),
		differs.filter(([name]) => name !== "log_bin"),
	];
	const hours = Number(variable(source, "binlog_expire_logs_seconds") || 0) / 3600;
	return [
		...finding({
			kind: "binary-log",
			wrong: "the source writes no binary log, so nothing can be replicated",
			where: off.map(([name]) => name),
			remedy: "start it with --log-bin and without --skip-log-bin (it must be restarted)",
		}),
		...finding({
			kind: "binary-log-format",
			wrong: "the binary log does not hold whole rows",
			where: others.map(([name]) => `${name} = ${variable(source, name)}`),
			remedy: "sessions that are open keep the old value: end them after this",
			paste: others.map(([name, value]) => `SET GLOBAL ${name} = ${value};`),
		}),
		...finding({
			kind: "binary-log-expiry",
			weight: "warned",
			wrong: "binary logs are deleted soon: the load must be over before",
			where: hours > 0 && hours < 24 ? [`${hours.toFixed(1)} h`] : [],
			remedy: "keep them for a day at least",
			paste: ["SET GLOBAL binlog_expire_logs_seconds = 86400;"],
		}),
	];
}

/** By what each is needed for (MySQL manual, "mysqldump", "Replication Privileges"). */
const needed = [
	"SELECT",
	"SHOW VIEW",
	"TRIGGER",
	"EVENT",
	"PROCESS",
	"RELOAD",
	"LOCK TABLES",
	"REPLICATION SLAVE",
	"REPLICATION CLIENT",
];

function privileges({ sourceFacts, user }: Compared): readonly Finding[] {
	const held = new Set(sourceFacts.privileges);
	const may = (privilege: string) => held.has(privilege) || held.has("ALL PRIVILEGES");
	const missing = needed.filter((privilege) => !may(privilege));
	const mayClose = may("SUPER") || held.has("SYSTEM_VARIABLES_ADMIN");
	return [
		...finding({
			kind: "privileges",
			wrong: `${user} may not do what the import needs on the source`,
			where: missing,
			remedy: "grant it, with the account's own host",
			paste: [`GRANT ${missing.join(", ")} ON *.* TO '${user}'@'%';`],
		}),
		...finding({
			kind: "cannot-close-source",
			weight: "warned",
			wrong: `${user} may not make the source read-only at the cutover`,
			where: mayClose ? [] : ["SYSTEM_VARIABLES_ADMIN"],
			remedy: "grant it, or stop every writer yourself and say --writers-stopped then",
			paste: [`GRANT SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN ON *.* TO '${user}'@'%';`],
		}),
	];
}

function identity({ source, targetFacts, target }: Compared): readonly Finding[] {
	const id = variable(source, "server_id");
	const names = variable(source, "lower_case_table_names");
	return [
		...finding({
			kind: "server-id",
			wrong: "a replica refuses a source that has its own server_id",
			where: targetFacts.serverIds.map(String).includes(id) || id === "0" ? [`server_id = ${id}`] : [],
			remedy: "give the source another one",
			paste: ["SET GLOBAL server_id = 1;"],
		}),
		...finding({
			kind: "lower-case-names",
			wrong: "names of tables are compared in another way on the target",
			where:
				names === variable(target, "lower_case_table_names")
					? []
					: [`lower_case_table_names: ${names}, on the target ${variable(target, "lower_case_table_names")}`],
			remedy: "make sure that the application writes every name as the source stores it",
			acceptable: true,
		}),
		...finding({
			kind: "gtid",
			weight: "noted",
			wrong: "the source has no GTIDs: if the target's primary changes during the import, the load begins again",
			where: variable(source, "gtid_mode") === "ON" ? [] : [`gtid_mode = ${variable(source, "gtid_mode")}`],
			remedy: "to survive that, switch GTIDs on first; it needs no restart (MySQL manual, 'Enabling GTIDs Online')",
		}),
	];
}

/** What the application meets afterwards. */
function differences({ source, target, sourceFacts, targetFacts }: Compared): readonly Finding[] {
	const different = ["sql_mode", "time_zone", "system_time_zone"].filter(
		(name) => variable(source, name) !== variable(target, name),
	);
	return [
		...finding({
			kind: "settings",
			weight: "warned",
			wrong: "sessions of the application will find other defaults",
			where: different.map((name) => `${name}: "${variable(source, name)}", on the target "${variable(target, name)}"`),
			remedy: "set them in the application's sessions, or test with the target's",
		}),
		...finding({
			kind: "time-zones",
			weight: "warned",
			wrong: "named time zones are loaded on the source and not on the target",
			where: sourceFacts.timeZones > 0 && targetFacts.timeZones === 0 ? ["mysql.time_zone_name"] : [],
			remedy: "use offsets such as +02:00, or load them on the target's primary with mysql_tzinfo_to_sql",
		}),
		...finding({
			kind: "unencrypted-clients",
			weight: "warned",
			wrong: "these are connected without TLS, which the target refuses",
			where: sourceFacts.unencrypted,
			remedy: "let them use TLS (ssl-mode=REQUIRED) before the cutover; the source takes it as well",
		}),
	];
}

function moment({ sourceFacts }: Compared): readonly Finding[] {
	return finding({
		kind: "long-statements",
		weight: "warned",
		wrong: "the load begins with a lock that waits for these, and every write waits for that lock",
		where: sourceFacts.longStatements,
		remedy: "begin when they are over",
	});
}
