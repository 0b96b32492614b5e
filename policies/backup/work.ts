/** What copies a MySQL database, and tries the copies: workloads beside it, by what they run or by what they say. */
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { commandOf } from "../kubernetes/actsOnMysql.ts";
import { beside, kindOf } from "../kubernetes/kinds.ts";
import type { MysqlServer } from "../kubernetes/mysqlServer.ts";
import { allContainersOf, podsOf } from "../kubernetes/pod.ts";
import type { Labels } from "../kubernetes/selector.ts";

/**
 * `full` and `logical` are copies of everything, `incremental` of what changed since, `archive` is the stream of binary
 * logs, `validation` boots a copy; `unclear` is called a backup, and what it runs is in a script that is not seen.
 */
export type Role = "full" | "logical" | "incremental" | "archive" | "validation" | "unclear";

export interface BackupWork {
	readonly resource: Declared;
	readonly role: Role;
}

/** By which anybody's workload says what it is, and what it does where that is in a script or a tool. */
export const backupAnnotations = {
	role: "mysql-dr/backup",
	regions: "mysql-dr/backup-regions",
	retention: "mysql-dr/backup-retention",
} as const;

/** Path of an annotation, for messages. */
export function annotation(name: keyof typeof backupAnnotations): string {
	return `metadata.annotations["${backupAnnotations[name]}"]`;
}

export function annotationOf({ props }: Declared, name: keyof typeof backupAnnotations): string | undefined {
	return props.metadata?.annotations?.[backupAnnotations[name]];
}

/** The workloads of this kind that a server's namespace has, without those that say they are another database's. */
export function workOf(stack: DeclaredStack, server: MysqlServer): BackupWork[] {
	return beside(stack, server.resource, "CronJob", "Deployment", "StatefulSet").flatMap((resource) => {
		const { labels } = podsOf(resource);
		if (resource.urn === server.resource.urn || isOfAnother(labels, server.labels)) return [];
		const role = roleOf(resource);
		return role === undefined ? [] : [{ resource, role }];
	});
}

function isOfAnother(labels: Labels, own: Labels): boolean {
	return ["mysql-dr/cluster", "app.kubernetes.io/instance"].some(
		(name) => labels[name] !== undefined && own[name] !== undefined && labels[name] !== own[name],
	);
}

/** A program by its whole name: neither a part of an option (`--no-verify-ssl`) nor of another name. */
const called = (names: string, then = "") => new RegExp(`(?<![-\\w])(?:${names})(?![-\\w])${then}`);

const physical = "xtrabackup|mariabackup|mariadb-backup";
const enterprise = "mysqlbackup";

/**
 * In this order: the first that fits. A job that tries a backup also runs the programs that made it; what tells is that it
 * starts a server on it: to copy back, or to ask whether a file is whole, boots nothing.
 */
const programs: readonly (readonly [Role, readonly RegExp[]])[] = [
	["validation", [called("job validate"), called("mysqld|mysqld_safe|mariadbd|mariadbd-safe")]],
	[
		"archive",
		[
			called("mysqlbinlog", ".*--(stop-never|read-from-remote-\\w+)"),
			/\bbinlog[-_ ]?(server|archiver|push)\b|^archiver$/,
			// The written plan's way: the files as they are just then.
			called(
				"cp|rsync|scp|aws s3 (?:cp|sync)|gsutil (?:cp|rsync)|rclone (?:copy|sync)",
				".*\\b(mysql-bin|binlogs?)\\b",
			),
		],
	],
	["incremental", [called("job backup incremental"), called(`${physical}|${enterprise}`, ".*--incremental")]],
	[
		"logical",
		[
			called("job backup logical"),
			called("mysqldump|mysqlpump|mydumper|mariadb-dump"),
			/\bdump-?(instance|schemas)\b/i,
		],
	],
	[
		"full",
		[
			called("job backup full"),
			called(physical, ".*--backup(?![-\\w])"),
			called("innobackupex"),
			called(enterprise, ".*\\sbackup(-and-apply-log|-to-image)?(?![-\\w])"),
			/\bclone instance\b/i,
		],
	],
];

/** What it says it is, or what its programs are. */
export function roleOf(resource: Declared): Role | undefined {
	const stated = annotationOf(resource, "role");
	const known = programs.find(([role]) => role === stated);
	if (known) return known[0];
	const found = programOf(resource);
	if (found) return found;
	const cron = kindOf(resource.type) === "CronJob";
	// A template that never has its turn is no backup.
	return cron && isCalledBackup(resource) && resource.props.spec?.suspend !== true ? "unclear" : undefined;
}

/** By its programs alone. */
export function programOf(resource: Declared): Role | undefined {
	const texts = commandsOf(resource);
	const cron = kindOf(resource.type) === "CronJob";
	const fitting = programs.find(
		([role, ways]) => (cron || role === "archive") && texts.some((text) => ways.some((way) => way.test(text))),
	);
	return fitting?.[0];
}

/** What each of its containers runs, in one line. */
export function commandsOf(resource: Declared): string[] {
	return allContainersOf(podsOf(resource)).map(({ container }) => commandOf(container).replace(/\s+/g, " ").trim());
}

function isCalledBackup({ name, props }: Declared): boolean {
	return /backup|dump/i.test(`${name} ${props.metadata?.name ?? ""}`);
}

/** Copies of everything. */
export function isWhole({ role }: BackupWork): boolean {
	return role === "full" || role === "logical";
}
