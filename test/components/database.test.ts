import { describe, expect, test } from "@jest/globals";
import { databaseArgs } from "../../components/database.ts";
import { canonicalCpu } from "../../components/podSecurity.ts";
import { parseSettings, type StackConfig } from "../../objectives/index.ts";
import { configuration, database } from "./declared.ts";

const args = (config: StackConfig, offers = {}) => databaseArgs(config, 0, offers, "test");

describe("one database's args", () => {
	test("carry settings that the runtime accepts", () => {
		const { settings } = args(configuration()).home;
		expect(parseSettings(JSON.stringify(settings))).toEqual(JSON.parse(JSON.stringify(settings)));
	});

	test("name the Secrets that exist already, and leave those to their owners", () => {
		const given = database({
			credentials: { existingSecret: "given" },
			tls: { existingSecret: "given-tls" },
			backup: { key: { existingSecret: "given-key" } },
		});
		const { home, mysql, watchdog, backups } = args(configuration([given]));
		expect(home.settings).toMatchObject({
			credentialsManaged: false,
			credentialsSecret: "given",
			tlsManaged: false,
			tlsSecret: "given-tls",
		});
		expect([mysql.credentials, mysql.certificates]).toEqual(["given", "given-tls"]);
		expect(home.settings.backup).toMatchObject({ keyManaged: false, keySecret: "given-key" });
		expect(backups?.secrets).toMatchObject({ credentials: "given", certificates: "given-tls", backupKey: "given-key" });
		expect(watchdog.secrets.managed).toEqual([]);
	});

	test("run MySQL from the runtime image unless another one is named", () => {
		expect(args(configuration()).mysql.image).toBe("mysql-dr/runtime:test");
		expect(args(configuration([database({ image: "mysql:9.7" })])).mysql.image).toBe("mysql:9.7");
	});

	test("take the runtime image that the configuration names, else the site's, else ask for one", () => {
		const config = configuration();
		const unnamed = { ...config, images: {} };
		const offered = { runtimeImage: "built:here" };
		expect(args(config, offered).watchdog.image).toBe("mysql-dr/runtime:test");
		expect(args(unnamed, offered).watchdog.image).toBe("built:here");
		expect(() => args(unnamed)).toThrow(
			"images.runtime: is missing, and this cluster is not the local site that builds one; write the image that you built from the Containerfile",
		);
	});

	test("name the stores that are configured, else the site's own with the Secrets that hold their keys", () => {
		const stores = [{ name: "store-1", region: "local-1", endpoint: "http://10.0.0.1:7071", bucket: "b" }];
		const config = configuration();
		expect(args(config, { stores }).home.settings.stores.map(({ name }) => name)).toEqual(["local-1", "local-2"]);
		expect(args({ ...config, stores: [] }, { stores }).home.settings.stores).toEqual([
			{ ...stores[0], kind: "s3", credentialsSecret: "mysql-store-store-1" },
		]);
		expect(args({ ...config, stores: [] }).home.settings.stores).toEqual([]);
	});

	test("declare backups where there is a store, with room for a copy of the data unless told otherwise", () => {
		const config = configuration();
		expect(args(config, { storageClass: "fast" }).backups).toMatchObject({
			scratch: 2 * 2 ** 30,
			spool: 2 ** 30,
			archiverMemory: "512Mi",
			storageClass: "fast",
		});
		const large = database({ volume: "20Gi", volumeGrowth: { upTo: "95Gi" } });
		expect(args(configuration([large])).backups).toMatchObject({ spool: 10 * 2 ** 30 });
		const roomy = database({ backup: { spool: "4Gi", archiverMemory: "2Gi" } });
		expect(args(configuration([roomy])).backups).toMatchObject({ spool: 4 * 2 ** 30, archiverMemory: "2Gi" });
		const given = { scratch: "3Gi", storageClass: "slow", checks: [{ name: "any", sql: "SELECT 1", expect: 1 }] };
		const told = args(configuration([database({ backup: given })]), { storageClass: "fast" });
		expect(told.backups).toMatchObject({ scratch: 3 * 2 ** 30, storageClass: "slow" });
		expect(told.home.settings.backup).toMatchObject({
			scratchBytes: 3 * 2 ** 30,
			storageClass: "slow",
			runtimeImage: "mysql-dr/runtime:test",
			checks: [{ name: "any", sql: "SELECT 1", expect: "1" }],
		});
		expect(args({ ...config, stores: [] }).backups).toBeNull();
	});
});

test("an amount of CPU is written as the API server writes it, so that nothing seems to have changed", () => {
	const pairs = { "1000m": "1", "250m": "250m", "2": "2", "1.5": "1500m", "0.25": "250m", "2.0": "2" };
	expect(Object.fromEntries(Object.keys(pairs).map((amount) => [amount, canonicalCpu(amount)]))).toEqual(pairs);
});
