/** An import's channel on real servers, and what the watchdog's own operations do to it. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { channelStatus, resumeChannel, startChannel } from "../../../runtime/import/channel.ts";
import { currentPosition } from "../../../runtime/import/position.ts";
import { openSource } from "../../../runtime/import/sourceLink.ts";
import { cloneFrom } from "../../../runtime/mysql/clone.ts";
import { openSession, type Session } from "../../../runtime/mysql/session.ts";
import { settingsOf } from "../instance/settingsOf.ts";
import { hasPrograms, patience, type Servers, type Source, startServers, until } from "./servers.ts";

jest.setTimeout(2 * patience);

/** Of the settings that the instances are prepared by. */
const applierThreads = settingsOf({}).plan.replication.applierWorkers;

const suite = hasPrograms ? describe : describe.skip;

suite("a channel of an import on the primary", () => {
	let servers: Servers;
	let source: Source;
	let target: Session;

	beforeAll(async () => {
		servers = await startServers();
		source = await servers.source();
		await source.ask("CREATE DATABASE app; CREATE DATABASE other; CREATE TABLE app.t (id INT PRIMARY KEY)");
		await servers.members[0].asRoot("CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY)");
		target = await openSession(servers.target(servers.members[0]), servers.login, 5000);
	}, 3 * patience);

	afterAll(async () => {
		target?.close();
		await servers?.close();
	}, patience);

	const begin = async (on: Session) => {
		const session = await openSource(source.link);
		const position = await currentPosition(session);
		session.close();
		await startChannel(on, { source: source.link, caFile: "", position, schemas: ["app"], gtids: false });
	};
	const ids = async (n: 0 | 1) => {
		const rows = await servers.members[n].asRoot("SELECT id FROM app.t ORDER BY id");
		return rows.map(({ id }) => Number(id));
	};
	const comes = (id: number, n: 0 | 1 = 0) => until(`${id} is there`, async () => (await ids(n)).includes(id));
	const write = (id: number) => source.ask(`INSERT INTO app.t VALUES (${id})`);
	const status = async () => (await channelStatus(target)) ?? { applying: false, receiving: "off" };

	test("brings what the source writes, under the primary's own GTIDs, and waits for acknowledgements", async () => {
		await begin(target);
		await write(1);
		await comes(1);
		await comes(1, 1);
		const [{ executed = "" } = {}] = await servers.members[0].asRoot("SELECT @@gtid_executed AS executed");
		expect(String(executed)).toMatch(new RegExp(`^${servers.members[0].uuid}:1-\\d+$`));
		const [{ Value: waited = "0" } = {}] = await servers.members[0].asRoot(
			"SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_source_no_tx'",
		);
		expect(waited).toBe("0");
	});

	test("brings only what belongs to the schemas, whatever the session's default schema was", async () => {
		await source.ask("CREATE TABLE other.x (id INT PRIMARY KEY); INSERT INTO other.x VALUES (1)");
		await source.ask(
			"CREATE USER stranger; USE other; ALTER TABLE app.t ADD note INT; INSERT INTO app.t (id) VALUES (2)",
		);
		await source.ask("ALTER TABLE app.t DROP note");
		await write(3);
		await comes(3);
		const databases = await servers.members[0].asRoot("SHOW DATABASES LIKE 'other'");
		const strangers = await servers.members[0].asRoot("SELECT user FROM mysql.user WHERE user = 'stranger'");
		expect([...databases, ...strangers]).toEqual([]);
	});

	test("is not taken for the cluster's own replication", async () => {
		const reading = await servers.members[0].acts.read(5000);
		expect(reading).toMatchObject({ receiver: null, applier: null, lagSeconds: null, foreignApplier: true });
	});

	test("applies nothing once the primary refuses writes, and goes on when it is resumed after that", async () => {
		await servers.members[0].acts.refuseWrites(10_000);
		const [{ executed } = {}] = await servers.members[0].asRoot("SELECT @@gtid_executed AS executed");
		await write(4);
		expect(await status()).toMatchObject({ applying: false, receiving: "off" });
		expect(await servers.members[0].asRoot("SELECT @@gtid_executed AS executed")).toEqual([{ executed }]);
		await servers.members[0].acts.acceptWrites(10_000);
		expect(await ids(0)).not.toContain(4);
		await resumeChannel(target, source.link);
		await comes(4);
	});

	test("ends with the fence although a transaction of it waits for an acknowledgement; the rest never comes", async () => {
		const [primary, replica] = servers.members;
		await replica.acts.stopReceiver(10_000);
		for (let id = 10; id < 30; id++) await write(id);
		await until("it waits", async () => (await primary.acts.read(5000)).waitingCommits > 0);
		await primary.acts.fence(10_000);
		expect(await primary.acts.read(5000)).toMatchObject({ superReadOnly: true, foreignApplier: false });
		const before = await ids(0);
		await write(30);
		expect(await ids(0)).toEqual(before);
		// Those that each applier thread was committing were in the binary log already: surplus, as a client's would be.
		expect(before.filter((id) => id >= 10).length).toBeLessThanOrEqual(applierThreads);
		expect((await ids(1)).filter((id) => id >= 10)).toEqual([]);
	});

	test("does not keep the old primary from following the new one, and is forgotten there", async () => {
		const [old, next] = servers.members;
		await next.acts.promote(10_000);
		await old.acts.follow("127.0.0.1", 10_000);
		await next.asRoot("INSERT INTO app.t VALUES (100)");
		await comes(100);
		const channels = await old.asRoot(
			"SELECT CHANNEL_NAME AS name FROM performance_schema.replication_connection_configuration",
		);
		expect(channels).toEqual([{ name: "" }]);
	});

	test("comes along with a clone of the primary, and does not keep the copy from following", async () => {
		const [copy, primary] = servers.members;
		const there = await openSession(servers.target(primary), servers.login, 5000);
		await begin(there);
		there.close();
		await cloneFrom(copy.session, servers.cloneSource(primary), patience);
		const again = await servers.reopen(copy);
		await again.acts.follow("127.0.0.1", 10_000);
		await write(200);
		await comes(200, 1);
		await comes(200, 0);
		again.session.close();
	});
});
