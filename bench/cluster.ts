/** A primary and a replica that acknowledges, with the accounts and certificates of instances: what archiver and backups meet. */
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { DonorAccess } from "../runtime/backup/donorAccess.ts";
import { backupGrants } from "../runtime/backup/grants.ts";
import { makeAuthority, makeServerCertificate } from "../runtime/credentials/certificates.ts";
import type { ClusterRecord } from "../runtime/failover/record.ts";
import type { Login, Target } from "../runtime/mysql/session.ts";
import { initialiseScratch } from "../runtime/scratch/initialiseScratch.ts";
import { scratchPaths } from "../runtime/scratch/scratchCnf.ts";
import type { ScratchServer } from "../runtime/scratch/scratchServer.ts";
import { startScratch } from "../runtime/scratch/startScratch.ts";

export const cluster = "bench";
const password = "bench";
const bufferPool = 2 ** 29;
const statementMs = 600_000;
const stopMs = 1_800_000;
const names = ["mysql-0", "mysql-1"] as const;

/** As durable as an instance is. */
const settings = (serverId: number) => [
	`server_id = ${serverId}`,
	...["log_bin = binlog", "log_replica_updates = ON", "binlog_transaction_compression = ON", "sync_binlog = 1"],
	...["innodb_flush_log_at_trx_commit = 1", "innodb_doublewrite = ON", "innodb_flush_method = O_DIRECT"],
	...["sync_relay_log = 1", "replica_parallel_workers = 4", "replica_preserve_commit_order = ON"],
	...["clone", "semisync_source", "semisync_replica"].map((name) =>
		name === "clone" ? "plugin_load_add = mysql_clone.so" : `plugin_load_add = ${name}.so`,
	),
];

const grants = {
	archive: ["REPLICATION SLAVE, REPLICATION CLIENT, SERVICE_CONNECTION_ADMIN, BINLOG_ADMIN ON *.*"],
	monitor: ["PROCESS, REPLICATION CLIENT ON *.*", "SELECT ON performance_schema.*"],
	clone: ["BACKUP_ADMIN ON *.*"],
	backup: backupGrants,
	replication: ["REPLICATION SLAVE ON *.*"],
} satisfies Record<string, readonly string[]>;

export class BenchCluster {
	readonly #servers: readonly ScratchServer[];
	readonly #ports: readonly number[];
	readonly #tls: { readonly folder: string; readonly ca: string };
	readonly record: ClusterRecord;
	/** Of the primary. */
	readonly socket: string;

	private constructor(
		servers: readonly ScratchServer[],
		ports: readonly number[],
		tls: { folder: string; ca: string },
		given: { record: ClusterRecord; socket: string },
	) {
		this.#servers = servers;
		this.#ports = ports;
		this.#tls = tls;
		this.record = given.record;
		this.socket = given.socket;
	}

	static async up(folder: string): Promise<BenchCluster> {
		const tls = await certificates(join(folder, "tls"));
		const [ports, servers]: [number[], ScratchServer[]] = [[], []];
		for (const [index, name] of names.entries()) {
			const place = join(folder, name);
			await mkdir(place, { recursive: true });
			await initialiseScratch(place);
			const port = await freePort();
			const network = { port, tlsFolder: tls.folder };
			ports.push(port);
			servers.push(
				await startScratch({ folder: place, bufferPool, purpose: "restore", settings: settings(index + 1), network }),
			);
		}
		const [primary, replica] = servers as [ScratchServer, ScratchServer];
		for (const [account, rights] of Object.entries(grants)) {
			await primary.session.run(`CREATE USER ${account} IDENTIFIED BY '${password}' REQUIRE SSL`, statementMs);
			for (const right of rights) await primary.session.run(`GRANT ${right} TO ${account}`, statementMs);
		}
		await primary.session.run(
			"SET GLOBAL rpl_semi_sync_source_timeout = 4294967295; SET GLOBAL rpl_semi_sync_source_enabled = ON",
			statementMs,
		);
		await replica.session.run(
			`SET GLOBAL rpl_semi_sync_replica_enabled = ON;
			CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${ports[0]}, SOURCE_USER = 'replication',
			SOURCE_PASSWORD = '${password}', SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1;
			START REPLICA; SET GLOBAL super_read_only = ON`,
			statementMs,
		);
		const [[row] = []] = await primary.session.run("SELECT @@server_uuid AS uuid", statementMs);
		const [[other] = []] = await replica.session.run("SELECT @@server_uuid AS uuid", statementMs);
		const uuids = { [names[0]]: String(row?.uuid), [names[1]]: String(other?.uuid) };
		const record: ClusterRecord = {
			...{ version: 1, cluster, initialised: true, term: 1, primary: names[0], epoch: 1 },
			...{ since: new Date().toISOString(), uuids, gtidAtPromotion: "", schemasReady: true },
		};
		return new BenchCluster(servers, ports, tls, { record, socket: scratchPaths(join(folder, names[0])).socket });
	}

	get primary(): ScratchServer {
		return this.#servers[0] as ScratchServer;
	}

	targets(): Target[] {
		return names.map((name, index) => ({
			...{ name, address: "127.0.0.1", port: this.#ports[index] as number, identity: "localhost" },
		}));
	}

	archiveLogin(): Login {
		return { user: "archive", password, ca: this.#tls.ca };
	}

	access(): DonorAccess {
		const port = (name: string) => this.#ports[names.indexOf(name as (typeof names)[number])] as number;
		return {
			members: [...names],
			reach: (name) => ({ host: "localhost", port: port(name), adminPort: port(name) }),
			caFile: join(this.#tls.folder, "ca.crt"),
			ca: this.#tls.ca,
			passwords: { monitor: password, clone: password, backup: password },
		};
	}

	async down(): Promise<void> {
		// The replica last: the primary waits for its acknowledgements.
		for (const server of this.#servers) await server.stop(stopMs);
	}
}

async function certificates(folder: string) {
	await mkdir(folder, { recursive: true });
	const now = new Date();
	const authority = await makeAuthority("bench", now);
	const server = await makeServerCertificate(authority, ["localhost"], now);
	await writeFile(join(folder, "ca.crt"), authority.certificate);
	await writeFile(join(folder, "tls.crt"), server.certificate);
	await writeFile(join(folder, "tls.key"), server.key, { mode: 0o600 });
	return { folder, ca: authority.certificate };
}

export function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}
