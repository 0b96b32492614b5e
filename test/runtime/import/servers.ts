/**
 * Real servers for an import: a source as somebody may have it, and two prepared instances of ours that the watchdog's own
 * operations lead. The programs are lent by `npm test` (MYSQL_DR_MYSQLD_PATH), or those of this machine.
 */
import type { ChildProcess } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { delimiter } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { findOnPath } from "../../../local/tools/onPath.ts";
import { importAccount } from "../../../runtime/import/judgeAccounts.ts";
import type { SourceLink } from "../../../runtime/import/sourceLink.ts";
import { importAccountSql } from "../../../runtime/import/targetAccount.ts";
import { type Place, pidFile, socket } from "../../../runtime/instance/place.ts";
import type { CloneSource } from "../../../runtime/mysql/clone.ts";
import { type Instance, instance } from "../../../runtime/mysql/instance.ts";
import { type Login, openSession, type Row, type Session, type Target } from "../../../runtime/mysql/session.ts";
import {
	ended,
	folder,
	initialise,
	newRoot,
	placeOf,
	provide,
	run,
	script,
	succeeds,
} from "../instance/preparedPlace.ts";
import { freePort } from "../realMysqld.ts";

const lent = process.env.MYSQL_DR_MYSQLD_PATH;
process.env.PATH = [lent, process.env.PATH, "/usr/sbin"].filter(Boolean).join(delimiter);

/** Whether they can be run here; where they cannot, a suite says so by being skipped. */
export const hasPrograms = ["mysqld", "mysqldump", "mysql"].every((name) => findOnPath(name) !== undefined);

/** Of the source: another version's, where its path is given, as of 8.0, which this machine's packages do not have. */
const sourceMysqld = process.env.MYSQL_DR_SOURCE_MYSQLD ?? "mysqld";

export const patience = 120_000;
export const importPassword = "import's own";

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
	let last: unknown;
	for (const end = Date.now() + patience; Date.now() < end; ) {
		try {
			if (await holds()) return;
		} catch (error) {
			last = error;
		}
		await setTimeout(50);
	}
	throw new Error(`not within ${patience} ms: ${what}`, { cause: last });
}

/** What was asked of a server as root, by its socket. */
export async function asRoot(socketPath: string, password: string, sql: string): Promise<readonly Row[]> {
	const connection = await createConnection({ socketPath, user: "root", password, multipleStatements: true });
	try {
		const [rows] = await connection.query(sql);
		return Array.isArray(rows) ? (rows as Row[]) : [];
	} finally {
		await connection.end();
	}
}

export interface Source {
	readonly link: SourceLink;
	readonly ask: (sql: string) => Promise<readonly Row[]>;
	stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface Member {
	readonly place: Place;
	readonly uuid: string;
	readonly session: Session;
	/** What the watchdog may do; `follow` leads to the other one. */
	readonly acts: Instance;
	readonly asRoot: (sql: string) => Promise<readonly Row[]>;
}

export interface Servers {
	readonly root: string;
	source(options?: readonly string[]): Promise<Source>;
	readonly members: readonly [Member, Member];
	/** Where the import finds the primary, and as whom. */
	target(member: Member): Target;
	readonly login: Login;
	/** For a clone of that member. */
	cloneSource(member: Member): CloneSource;
	/** The member with a new session, as soon as it answers again. */
	reopen(member: Member): Promise<Member>;
	close(): Promise<void>;
}

/** The first member is the primary, the second follows it and acknowledges. Nothing is left of what does not come up. */
export async function startServers(): Promise<Servers> {
	const root = await newRoot("import-");
	const processes: ChildProcess[] = [];
	try {
		return await started(root, processes);
	} catch (error) {
		await Promise.all(processes.map((one) => ended(one, "SIGTERM")));
		await rm(root, { recursive: true, force: true });
		throw error;
	}
}

async function started(root: string, processes: ChildProcess[]): Promise<Servers> {
	const { passwords, ca } = await provide(root);
	const places = await Promise.all(["mysql-0", "mysql-1"].map((pod) => placeOf(root, pod)));
	const open = async (place: Place): Promise<Session> => {
		let session: Session | undefined;
		await until(`${place.pod} answers`, async () => {
			const target = targetOf(place, place.adminPort);
			session = await openSession(target, { user: "watchdog", password: passwords.watchdog, ca }, 5000);
			return true;
		});
		return session as Session;
	};
	const sessions = await Promise.all(
		places.map(async (place) => {
			await initialise(place);
			processes.push(script(place, "start.sh"));
			return open(place);
		}),
	);
	const member = async (n: number, session = sessions[n]): Promise<Member> => {
		const [place, other] = [places[n], places[1 - n]];
		if (place === undefined || session === undefined || other === undefined) throw new Error("two were started");
		const link = { heartbeatMs: 500, connectRetryMs: 1000, caFile: `${root}/tls/ca.crt` };
		const replication = { ...link, user: "replication", password: passwords.replication, port: other.adminPort };
		const [[row] = []] = await session.run("SELECT @@server_uuid AS uuid", 5000);
		return {
			place,
			uuid: String(row?.uuid),
			session,
			acts: instance(session, replication),
			asRoot: (sql) => asRoot(socket(place.paths), passwords.root, sql),
		};
	};
	const members = [await member(0), await member(1)] as const;
	await members[0].acts.promote(patience);
	await members[1].acts.follow("127.0.0.1", patience);
	await members[0].asRoot(importAccountSql(importPassword, ["app"]));
	return {
		root,
		members,
		login: { user: importAccount, password: importPassword, ca },
		target: ({ place }) => targetOf(place, place.port),
		source: (options = []) => startSource(root, processes, options),
		cloneSource: ({ place }) => ({
			host: "127.0.0.1",
			port: place.adminPort,
			user: "clone",
			password: passwords.clone,
			caFile: `${root}/tls/ca.crt`,
		}),
		reopen: async ({ place }) => member(places.indexOf(place), await open(place)),
		async close() {
			for (const { session } of members) session.close();
			const gone = Promise.all(processes.map((one) => ended(one, "SIGTERM")));
			// A mysqld that is told to end waits for acknowledgements that nobody gives any more.
			await Promise.all(places.map(killMysqld));
			await gone;
			await rm(root, { recursive: true, force: true });
		},
	};
}

async function killMysqld({ paths }: Place): Promise<void> {
	process.kill(Number(await readFile(pidFile(paths), "utf8")), "SIGKILL");
}

function targetOf({ pod }: Place, port: number): Target {
	return { name: pod, address: "127.0.0.1", port, identity: `${pod}.mysql.mysql.svc.cluster.local` };
}

let sources = 0;

/** As the written plan's pod: root with a password, no GTID; its own certificates. */
async function startSource(root: string, processes: ChildProcess[], options: readonly string[]): Promise<Source> {
	const base = await folder(`${root}/source-${++sources}`);
	const [data, at, port] = [`${base}/data`, `${base}/mysqld.sock`, await freePort()];
	const common = ["--no-defaults", `--datadir=${data}`, `--tmpdir=${base}`, "--secure-file-priv=NULL", "--mysqlx=OFF"];
	await succeeds(run(sourceMysqld, [...common, "--initialize-insecure", "--disable-log-bin"]));
	const network = ["--bind-address=127.0.0.1", `--port=${port}`, `--socket=${at}`, `--pid-file=${base}/pid`];
	const small = [
		"--innodb-buffer-pool-size=32M",
		"--server-id=1",
		"--gtid-mode=OFF",
		"--skip-name-resolve",
		"--log-bin=binlog",
	];
	const child = run(sourceMysqld, [...common, ...network, ...small, ...options]);
	processes.push(child);
	const ask = (sql: string) => asRoot(at, "", sql);
	await until("the source answers", async () => (await ask("SELECT 1")).length === 1);
	await ask(`CREATE USER 'root'@'%' IDENTIFIED BY 'source''s own'; GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION`);
	const login = { user: "root", password: "source's own", tls: "required", ca: null } as const;
	return { link: { host: "127.0.0.1", port, ...login }, ask, stop: (signal = "SIGTERM") => ended(child, signal) };
}
