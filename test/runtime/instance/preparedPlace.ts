/** What a prepared instance needs on this machine: folders, settings, credentials and certificates under one root. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { ensureCredentials } from "../../../runtime/credentials/ensureCredentials.ts";
import { serverNames } from "../../../runtime/credentials/serverNames.ts";
import type { Place } from "../../../runtime/instance/place.ts";
import { prepare } from "../../../runtime/instance/prepare.ts";
import { type MemorySecrets, memorySecrets } from "../credentials/memorySecrets.ts";
import { freePort, programPath } from "../realMysqld.ts";
import { settingsOf } from "./settingsOf.ts";

/** mysqld refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

export async function folder(name: string): Promise<string> {
	await mkdir(name, { recursive: true });
	if (account.uid !== undefined) await chown(name, account.uid, account.gid);
	return name;
}

export const newRoot = async (name: string): Promise<string> => folder(await mkdtemp(join(tmpdir(), name)));

/** Writes what the pods of the database get mounted. */
export async function provide(root: string) {
	const settings = settingsOf({});
	await writeFile(`${root}/settings.json`, JSON.stringify(settings));
	const store = memorySecrets();
	const made = await ensureCredentials(store, settings);
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
	return made;
}

/** Replication between the instances of a test dials an address, which the certificate must carry too. */
async function addLoopback({ secrets }: MemorySecrets): Promise<void> {
	const kept = secrets.get("mysql-ca")?.data ?? {};
	const authority = { certificate: kept["ca.crt"] ?? "", key: kept["ca.key"] ?? "" };
	const hosts = serverNames({ namespace: "mysql", clusterDomain: "cluster.local" }, 3);
	const server = await makeServerCertificate(authority, [...hosts, "127.0.0.1"], new Date());
	const data = { "ca.crt": authority.certificate, "tls.crt": server.certificate, "tls.key": server.key };
	secrets.set("mysql-tls", { data, resourceVersion: "1" });
}

export async function placeOf(root: string, pod: string): Promise<Place> {
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
			lastWord: `${base}/last-word`,
			settings: `${root}/settings.json`,
			credentials: `${root}/credentials`,
			tls: `${root}/tls`,
			volumes: `${root}/volumes`,
		},
	};
}

/** As the kubelet does it, before it starts the instance: prepare (as the user of the pod), initialise. */
export async function initialise(place: Place): Promise<void> {
	await prepare(place);
	for (const name of ["my.cnf", "initialise.sql", "probe.cnf"]) {
		if (account.uid !== undefined) await chown(`${place.paths.run}/${name}`, account.uid, account.gid);
	}
	await succeeds(script(place, "initialise.sh"));
}

export const script = ({ paths }: Place, name: string): ChildProcess => run("sh", [`${paths.run}/${name}`]);

/** The environment is said: a test has a copy of its own, which spawn does not look at. */
export const run = (command: string, args: readonly string[]): ChildProcess =>
	spawn(command, args, { ...account, env: { PATH: programPath }, stdio: "ignore" });

export async function succeeds(child: ChildProcess): Promise<void> {
	const [code] = await once(child, "exit");
	if (code !== 0) throw new Error(`exit ${code}`);
}

export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const end = once(child, "exit");
	child.kill(signal);
	await end;
}
