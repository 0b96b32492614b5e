/**
 * Two prepared instances on real mysqlds, one suite at a time: found in the PATH, or `MYSQL_DR_MYSQLD_PATH` names the folder
 * that mysqld lies in.
 */
import type { ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { type Place, socket } from "../../../runtime/instance/place.ts";
import { openSession, type Session } from "../../../runtime/mysql/session.ts";
import { hasPrograms } from "../realMysqld.ts";
import { ended, initialise, newRoot, placeOf, provide, script } from "./preparedPlace.ts";

export const patience = 60_000;

export const hasMysqld = (): boolean => hasPrograms("mysqld");

/** Nobody follows by it here. */
export const link = {
	user: "replication",
	password: "",
	port: 33062,
	caFile: "",
	heartbeatMs: 500,
	connectRetryMs: 1000,
};

export interface Running {
	readonly place: Place;
	process: ChildProcess;
}

/** Of the suite that is running. */
let root: string;
let ca: string;
export let passwords: Record<string, string>;
export const instances: Running[] = [];

async function launch(pod: string): Promise<Running> {
	const place = await placeOf(root, pod);
	await initialise(place);
	return { place, process: script(place, "start.sh") };
}

/** Over the admin interface for the watchdog, the common one for everybody else; the name is verified. */
export async function session(at: Running, user: string, purpose?: "probe"): Promise<Session> {
	const { pod, port, adminPort } = at.place;
	const identity = `${pod}.mysql.mysql.svc.cluster.local`;
	const target = { name: pod, address: "127.0.0.1", port: user === "watchdog" ? adminPort : port, identity };
	const login = { user, password: passwords[user] ?? "", ca, ...(purpose === undefined ? {} : { purpose }) };
	return openSession(target, login, 5000);
}

export async function sql(at: Running, user: string, statement: string) {
	const open = await session(at, user);
	try {
		const [rows = []] = await open.run(statement, 20_000);
		return rows;
	} finally {
		open.close();
	}
}

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
	for (const end = Date.now() + patience; Date.now() < end; ) {
		if (await holds().catch(() => false)) return;
		await setTimeout(50);
	}
	throw new Error(`not within ${patience} ms: ${what}`);
}

/** As root, over the socket. */
export async function asRoot({ place }: Running, statement: string) {
	const { createConnection } = await import("mysql2/promise");
	const connection = await createConnection({
		socketPath: socket(place.paths),
		user: "root",
		password: passwords.root ?? "",
	});
	const [rows] = await connection.query(statement);
	await connection.end();
	return (rows as Record<string, unknown>[])[0];
}

export const ready = (at: Running) =>
	until(`${at.place.pod} answers`, async () => (await sql(at, "watchdog", "SELECT 1")).length === 1);

export const value = async (at: Running, expression: string) =>
	(await sql(at, "watchdog", `SELECT ${expression} AS value`))[0]?.value;

export const follow = (
	{ place }: Running,
	host = "127.0.0.1",
	port = place.adminPort,
) => `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}',
 SOURCE_PORT = ${port}, SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_SSL_CA = '${root}/tls/ca.crt',
 SOURCE_SSL_VERIFY_SERVER_CERT = 1, SOURCE_HEARTBEAT_PERIOD = 0.5, SOURCE_CONNECT_RETRY = 1;
 START REPLICA IO_THREAD USER = 'replication' PASSWORD = '${passwords.replication}'; START REPLICA SQL_THREAD`;

export async function up(): Promise<void> {
	root = await newRoot("mysqld-");
	({ passwords, ca } = await provide(root));
	instances.push(...(await Promise.all(["mysql-0", "mysql-1"].map(launch))));
	await Promise.all(instances.map(ready));
}

export async function down(): Promise<void> {
	await Promise.all(instances.map(({ process }) => ended(process, "SIGTERM")));
	await rm(root, { recursive: true, force: true });
}

export const at = (n: number) => instances[n] as Running;

export const rootFolder = () => root;

/** What start.sh had started is gone; whatever `meanwhile` does, it is started again. */
export const again = async (running: Running, meanwhile: () => Promise<void>) => {
	await ended(running.process, "SIGTERM");
	await meanwhile();
	running.process = script(running.place, "start.sh");
	await ready(running);
};

export const catchesUp = (running: Running, source: Running) =>
	until("it has caught up", async () => {
		const [has, all] = await Promise.all([running, source].map((one) => value(one, "@@GLOBAL.gtid_executed")));
		return has !== "" && has === all;
	});
