/**
 * Real servers for an import: a source as somebody may have it, and two prepared instances of ours that the watchdog's own
 * operations lead. The programs are lent by `npm test` (MYSQL_DR_MYSQLD_PATH), or those of this machine.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { findOnPath } from "../../../local/tools/onPath.ts";
import { makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { ensureCredentials } from "../../../runtime/credentials/ensureCredentials.ts";
import { serverNames } from "../../../runtime/credentials/serverNames.ts";
import { importAccount } from "../../../runtime/import/judgeAccounts.ts";
import type { SourceLink } from "../../../runtime/import/sourceLink.ts";
import { importAccountSql } from "../../../runtime/import/targetAccount.ts";
import { type Place, pidFile, socket } from "../../../runtime/instance/place.ts";
import { prepare } from "../../../runtime/instance/prepare.ts";
import type { CloneSource } from "../../../runtime/mysql/clone.ts";
import { type Instance, instance } from "../../../runtime/mysql/instance.ts";
import { type Login, openSession, type Row, type Session, type Target } from "../../../runtime/mysql/session.ts";
import { memorySecrets } from "../credentials/memorySecrets.ts";
import { settingsOf } from "../instance/settingsOf.ts";

const lent = process.env.MYSQL_DR_MYSQLD_PATH;
process.env.PATH = [lent, process.env.PATH, "/usr/sbin"].filter(Boolean).join(delimiter);

/** Whether they can be run here; where they cannot, a suite says so by being skipped. */
export const hasPrograms = ["mysqld", "mysqldump", "mysql"].every((name) => findOnPath(name) !== undefined);

export const patience = 120_000;
export const importPassword = "import's own";
const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

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

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" && address !== null ? address.port : 0;
}

async function folder(name: string): Promise<string> {
	await mkdir(name, { recursive: true });
	if (account.uid !== undefined) await chown(name, account.uid, account.gid);
	return name;
}

/** The environment is said: a test has a copy of its own, which spawn does not look at. */
const run = (command: string, args: readonly string[]) =>
	spawn(command, args, { ...account, env: { PATH: process.env.PATH }, stdio: "ignore" });

async function succeeds(child: ChildProcess): Promise<void> {
	const [code] = await once(child, "exit");
	if (code !== 0) throw new Error(`exit ${code}`);
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
	const root = await folder(await mkdtemp(join(tmpdir(), "import-")));
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
	const settings = settingsOf({});
	await writeFile(`${root}/settings.json`, JSON.stringify(settings));
	const store = memorySecrets();
	const { passwords, ca } = await ensureCredentials(store, settings);
	await addLoopback(store);
	for (const [name, to] of [
		["mysql-credentials", "credentials"],
		["mysql-tls", "tls"],
	] as const) {
		await folder(`${root}/${to}`);
		for (const [key, text] of Object.entries(store.secrets.get(name)?.data ?? {})) {
			await writeFile(`${root}/${to}/${key}`, text, { mode: 0o644 });
		}
	}
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
			await prepare(place);
			for (const name of ["my.cnf", "initialise.sql", "probe.cnf"]) {
				if (account.uid !== undefined) await chown(`${place.paths.run}/${name}`, account.uid, account.gid);
			}
			await succeeds(run("sh", [`${place.paths.run}/initialise.sh`]));
			processes.push(run("sh", [`${place.paths.run}/start.sh`]));
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

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const end = once(child, "exit");
	child.kill(signal);
	await end;
}

function targetOf({ pod }: Place, port: number): Target {
	return { name: pod, address: "127.0.0.1", port, identity: `${pod}.mysql.mysql.svc.cluster.local` };
}

async function placeOf(root: string, pod: string): Promise<Place> {
	const base = await folder(`${root}/${pod}`);
	return {
		pod,
		namespace: "mysql",
		address: "127.0.0.1",
		port: await freePort(),
		adminPort: await freePort(),
		paths: {
			run: await folder(`${base}/run`),
			volume: await folder(`${base}/volume`),
			temporary: await folder(`${base}/tmp`),
			settings: `${root}/settings.json`,
			credentials: `${root}/credentials`,
			tls: `${root}/tls`,
		},
	};
}

/** Replication between the instances of this test dials an address, which the certificate must carry too. */
async function addLoopback({ secrets }: ReturnType<typeof memorySecrets>): Promise<void> {
	const kept = secrets.get("mysql-ca")?.data ?? {};
	const authority = { certificate: kept["ca.crt"] ?? "", key: kept["ca.key"] ?? "" };
	const hosts = serverNames({ namespace: "mysql", clusterDomain: "cluster.local" }, 3);
	const server = await makeServerCertificate(authority, [...hosts, "127.0.0.1"], new Date());
	const data = { "ca.crt": authority.certificate, "tls.crt": server.certificate, "tls.key": server.key };
	secrets.set("mysql-tls", { data, resourceVersion: "1" });
}

let sources = 0;

/** As the written plan's pod: root with a password, no GTID; its own certificates. */
async function startSource(root: string, processes: ChildProcess[], options: readonly string[]): Promise<Source> {
	const base = await folder(`${root}/source-${++sources}`);
	const [data, at, port] = [`${base}/data`, `${base}/mysqld.sock`, await freePort()];
	const common = ["--no-defaults", `--datadir=${data}`, `--tmpdir=${base}`, "--secure-file-priv=NULL", "--mysqlx=OFF"];
	await succeeds(run("mysqld", [...common, "--initialize-insecure", "--disable-log-bin"]));
	const network = ["--bind-address=127.0.0.1", `--port=${port}`, `--socket=${at}`, `--pid-file=${base}/pid`];
	const small = [
		"--innodb-buffer-pool-size=32M",
		"--server-id=1",
		"--gtid-mode=OFF",
		"--skip-name-resolve",
		"--log-bin=binlog",
	];
	const child = run("mysqld", [...common, ...network, ...small, ...options]);
	processes.push(child);
	const ask = (sql: string) => asRoot(at, "", sql);
	await until("the source answers", async () => (await ask("SELECT 1")).length === 1);
	await ask(`CREATE USER 'root'@'%' IDENTIFIED BY 'source''s own'; GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION`);
	const login = { user: "root", password: "source's own", tls: "required", ca: null } as const;
	return { link: { host: "127.0.0.1", port, ...login }, ask, stop: (signal = "SIGTERM") => ended(child, signal) };
}
