/** Real servers that replicate, an archiver beside them, and what the archive is to hold. */

import type { ArchiveLimits } from "../../../runtime/archive/archiver.ts";
import { joins, withoutOrphans } from "../../../runtime/archive/chain.ts";
import { fetchSegment, type Opened } from "../../../runtime/archive/open.ts";
import { readHeaders } from "../../../runtime/archive/readHeaders.ts";
import { readOrphans } from "../../../runtime/archive/readOrphans.ts";
import type { Reign } from "../../../runtime/archive/wanted.ts";
import { contains, parseGtidSet, union } from "../../../runtime/mysql/gtidSet.ts";
import type { Target } from "../../../runtime/mysql/session.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { programPath, RealMysqld, until } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";
import { type ClusterAccess, cluster, type Keys, type Life, liveArchiver } from "./liveArchiver.ts";

/** mysqlbinlog is found as the archiver finds it. */
export function usePrograms(): void {
	process.env.PATH = programPath;
}

/** Quotes are what an option file must escape. */
const password = 'secret "of" archive';

const account = `SET sql_log_bin = 0; CREATE USER archive IDENTIFIED BY '${password}' REQUIRE SSL;
GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO archive;
GRANT SERVICE_CONNECTION_ADMIN, BINLOG_ADMIN ON *.* TO archive`;

const settings = [
	"--log-replica-updates=ON",
	"--binlog-transaction-compression=ON",
	"--replica-preserve-commit-order=ON",
	"--replica-parallel-workers=2",
	"--skip-replica-start=ON",
	"--sync-binlog=1",
	"--innodb-flush-log-at-trx-commit=2",
	"--replica-net-timeout=4",
];

export class RealCluster {
	readonly servers: readonly RealMysqld[];
	reign: Reign;

	private constructor(servers: readonly RealMysqld[], reign: Reign) {
		this.servers = servers;
		this.reign = reign;
	}

	/** The first is the primary. */
	static async up(count: number): Promise<RealCluster> {
		const names = Array.from({ length: count }, (_, i) => `mysql-${i}`);
		const servers = await Promise.all(names.map((name) => RealMysqld.up(name, settings)));
		const uuids: Record<string, string> = {};
		for (const server of servers) {
			await server.sql(account);
			uuids[server.name] = await server.value("@@server_uuid");
		}
		const made = new RealCluster(servers, { term: 1, primary: "mysql-0", uuids, gtidAtPromotion: "" });
		for (const replica of servers.slice(1)) await made.follow(replica.name, "mysql-0");
		await made.at("mysql-0").sql("CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY AUTO_INCREMENT, v TEXT)");
		return made;
	}

	at(name: string): RealMysqld {
		const server = this.servers.find((one) => one.name === name);
		if (server === undefined) throw new Error(`there is no ${name}`);
		return server;
	}

	/** Afresh, whoever it followed before. */
	async follow(name: string, source: string): Promise<void> {
		const where = `SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${this.at(source).port}, SOURCE_USER = 'archive'`;
		await this.at(name).sql(`STOP REPLICA; RESET REPLICA ALL; CHANGE REPLICATION SOURCE TO ${where},
		 SOURCE_AUTO_POSITION = 1, SOURCE_HEARTBEAT_PERIOD = 0.5, SOURCE_PASSWORD = '${password}', SOURCE_SSL = 1, SOURCE_CONNECT_RETRY = 1; START REPLICA`);
	}

	/** As the watchdog records it: with what it has executed. */
	async promote(name: string): Promise<void> {
		await this.at(name).sql("STOP REPLICA; RESET REPLICA ALL");
		const gtidAtPromotion = await this.executed(name);
		this.reign = { ...this.reign, term: this.reign.term + 1, primary: name, gtidAtPromotion };
	}

	executed(name: string): Promise<string> {
		return this.at(name).value("@@GLOBAL.gtid_executed");
	}

	insert(text: string, name = this.reign.primary): Promise<unknown> {
		return this.at(name).sql(`INSERT INTO app.t (v) VALUES ('${text}')`);
	}

	async caughtUp(name: string): Promise<void> {
		const wanted = parseGtidSet(await this.executed(this.reign.primary));
		await until(`${name} has caught up`, async () => contains(parseGtidSet(await this.executed(name)), wanted));
	}

	targets(): Target[] {
		// The certificate that mysqld makes for itself carries no name of a pod.
		return this.servers.map(({ name, port }) => ({ name, address: "127.0.0.1", port, identity: "127.0.0.1" }));
	}

	async down(): Promise<void> {
		await Promise.all(this.servers.map((server) => server.kill()));
	}
}

/** What an archiver must know of it, as values: another process may be the archiver. */
export const access = (of: RealCluster): ClusterAccess => ({
	ca: of.servers[0]?.ca ?? "",
	password,
	targets: of.targets(),
});

/** An archiver at work in this process. */
export function archive(
	of: RealCluster,
	stores: readonly ObjectStore[],
	keys: Keys,
	limits: Partial<ArchiveLimits> = {},
	folder = temporary("spool"),
): Life {
	return liveArchiver({ access: access(of), reign: () => of.reign, stores, keys, limits, folder });
}

/** What a restore from this store would find: verified down to each transaction. */
export async function held(store: ObjectStore, keys: Keys) {
	const { lines, damaged } = await readHeaders(store, cluster);
	const orphans = await readOrphans(store, cluster);
	const joined = joins(lines, orphans);
	const opened: Opened[] = [];
	// One after the other: a store under load must not be what fails.
	for (const { header } of lines) opened.push(await fetchSegment(store, header, keys.identities));
	const inside = union(...opened.map(({ header }) => parseGtidSet(header.gtids)));
	const end = withoutOrphans(joined.end, orphans, Number.POSITIVE_INFINITY);
	return { ...joined, lines, damaged, orphans, opened, inside, position: end.position };
}

/** Whether the stores have all that `name` has now. */
export async function archivedAll(of: RealCluster, stores: readonly ObjectStore[], name = of.reign.primary) {
	const wanted = parseGtidSet(await of.executed(name));
	for (const store of stores) {
		await until(`${store.name} has everything`, async () => {
			const { lines } = await readHeaders(store, cluster);
			const orphans = await readOrphans(store, cluster);
			return contains(joins(lines, orphans).through, wanted);
		});
	}
}
