/** A real mysqld that a backup can be copied from, with the accounts, certificates and plugins of an instance. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DonorAccess } from "../../../runtime/backup/donorAccess.ts";
import { backupGrants } from "../../../runtime/backup/grants.ts";
import { makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { ensureCredentials } from "../../../runtime/credentials/ensureCredentials.ts";
import type { ClusterRecord } from "../../../runtime/failover/record.ts";
import { initialiseScratch } from "../../../runtime/scratch/initialiseScratch.ts";
import type { ScratchServer } from "../../../runtime/scratch/scratchServer.ts";
import { startScratch } from "../../../runtime/scratch/startScratch.ts";
import { memorySecrets } from "../credentials/memorySecrets.ts";
import { settingsOf } from "../instance/settingsOf.ts";
import { freePort } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";

export const cluster = "orders";
const passwords = { monitor: "monitor's own", clone: "clone's own", backup: 'backup\'s "own" \\' };

const settings = [
	"log_bin = binlog",
	"plugin_load_add = mysql_clone.so",
	"plugin_load_add = semisync_source.so",
	"plugin_load_add = semisync_replica.so",
];

const accounts = (name: keyof typeof passwords, grants: readonly string[]) => {
	const password = passwords[name].replaceAll("\\", "\\\\").replaceAll("'", "\\'");
	return [
		`CREATE USER '${name}'@'%' IDENTIFIED BY '${password}' REQUIRE SSL`,
		...grants.map((grant) => `GRANT ${grant} TO '${name}'@'%'`),
	];
};

export class DonorServer {
	readonly server: ScratchServer;
	readonly access: DonorAccess;
	readonly record: ClusterRecord;
	/** Its data directory and files. */
	readonly folder: string;

	private constructor(server: ScratchServer, given: { access: DonorAccess; record: ClusterRecord; folder: string }) {
		this.server = server;
		this.access = given.access;
		this.record = given.record;
		this.folder = given.folder;
	}

	static async up(): Promise<DonorServer> {
		const folder = temporary("donor");
		const tlsFolder = temporary("tls");
		const ca = await certificates(tlsFolder);
		const port = await freePort();
		await initialiseScratch(folder);
		const network = { port, tlsFolder };
		const server = await startScratch({ folder, bufferPool: 256 * 2 ** 20, purpose: "restore", settings, network });
		const statements = [
			"SET SESSION sql_log_bin = 0",
			...accounts("monitor", ["PROCESS, REPLICATION CLIENT ON *.*", "SELECT ON performance_schema.*"]),
			...accounts("clone", ["BACKUP_ADMIN ON *.*"]),
			...accounts("backup", backupGrants),
			"SET SESSION sql_log_bin = 1",
		];
		for (const statement of statements) await server.session.run(statement, 20_000);
		const uuid = await one(server, "@@server_uuid");
		const access: DonorAccess = {
			members: ["mysql-0"],
			reach: () => ({ host: "localhost", port, adminPort: port }),
			caFile: join(tlsFolder, "ca.crt"),
			ca,
			passwords,
		};
		const record = recordOf("mysql-0", uuid);
		return new DonorServer(server, { access, record, folder });
	}

	async run(...statements: readonly string[]): Promise<void> {
		for (const statement of statements) await this.server.session.run(statement, 300_000);
	}

	value(expression: string): Promise<string> {
		return one(this.server, expression);
	}

	down(): Promise<void> {
		return this.server.stop(60_000);
	}
}

async function one(server: ScratchServer, expression: string): Promise<string> {
	const [[row] = []] = await server.session.run(`SELECT ${expression} AS value`, 60_000);
	return String(row?.value);
}

async function certificates(folder: string): Promise<string> {
	const store = memorySecrets();
	const { ca } = await ensureCredentials(store, settingsOf({}));
	const authority = { certificate: ca, key: store.secrets.get("mysql-ca")?.data["ca.key"] ?? "" };
	const server = await makeServerCertificate(authority, ["localhost"], new Date());
	await writeFile(join(folder, "ca.crt"), ca);
	await writeFile(join(folder, "tls.crt"), server.certificate);
	await writeFile(join(folder, "tls.key"), server.key, { mode: 0o600 });
	return ca;
}

/** The only instance there is: its primary. */
function recordOf(primary: string, uuid: string): ClusterRecord {
	const since = new Date().toISOString();
	const uuids = { [primary]: uuid };
	return {
		version: 1,
		cluster,
		initialised: true,
		term: 3,
		primary,
		epoch: 1,
		since,
		uuids,
		gtidAtPromotion: "",
		schemasReady: true,
	};
}
