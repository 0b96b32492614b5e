import { describe, expect, test } from "@jest/globals";
import { duration, parseConfig, siteFacts, size } from "../../objectives/index.ts";
import { example, problems, rows, store } from "./badConfigs.ts";

describe("a configuration", () => {
	test("is read with its defaults", () => {
		const config = parseConfig(example());
		expect(config.site.expose).toBe("NodePort");
		expect(config.stores).toEqual([]);
		expect(config.images).toEqual({});
		expect(config.databases).toHaveLength(2);
		expect(config.databases[0]).toMatchObject({
			name: "mysql",
			namespace: "mysql",
			schema: "app",
			volume: size("2Gi"),
			resources: { cpu: "250m", memory: size("1Gi") },
			overrides: {},
		});
	});

	test("gives each database the objectives of its own tier, with what it states in their place", () => {
		const raw = example();
		Object.assign(raw.databases[0] ?? {}, {
			rto: "2m",
			rpo: "1m",
			scenarios: { node: { rto: "3m" }, pod: { rpo: "5s" } },
		});
		const [first, second] = parseConfig(raw).databases.map(({ objectives }) => objectives);
		expect(first).toMatchObject({ tier: "critical", rto: duration("2m"), rpo: duration("1m") });
		expect(first?.scenarios.pod).toEqual({ rto: duration("2m"), rpo: duration("5s") });
		expect(first?.scenarios.node).toEqual({ rto: duration("3m"), rpo: 0 });
		expect(first?.scenarios.zone).toEqual({ rto: duration("2m"), rpo: 0 });
		expect(first?.scenarios.region).toEqual({ rto: duration("1h"), rpo: duration("1m") });
		expect(second).toMatchObject({ tier: "standard", rto: duration("1h"), rpo: duration("1h") });
		expect(second?.scenarios.cluster).toEqual({ rto: duration("2h"), rpo: duration("1h") });
	});

	test("is read from JSON texts too, as Pulumi keeps objects", () => {
		const raw = example();
		const texts = {
			site: JSON.stringify(raw.site),
			databases: JSON.stringify(raw.databases),
			contacts: JSON.stringify(raw.contacts),
			timezone: "Europe/Berlin",
		};
		expect(parseConfig(texts)).toEqual(parseConfig(raw));
	});

	test("gives a storage's parameters as the texts that Kubernetes wants, and counts on its snapshots", () => {
		const raw = { ...example(), stores: [store("one", "local-1"), store("two", "local-2")] };
		const storage = {
			profile: "csi",
			driver: "csi.example.com",
			parameters: { encrypted: true, replicas: 3, tier: "a" },
		};
		const site = { ...raw.site, cluster: "existing", storage };
		const config = parseConfig({ ...raw, site, images: { runtime: "mysql-dr/runtime:1" } });
		expect(config.site.storage?.parameters).toEqual({ encrypted: "true", replicas: "3", tier: "a" });
		const [database] = config.databases;
		expect(database && siteFacts(config, database).snapshots).toBe(true);
	});

	test("names the places that plans depend on", () => {
		const config = parseConfig({ ...example(), stores: [store("one", "local-1"), store("two", "local-2")] });
		const [database] = config.databases;
		expect(database && siteFacts(config, database)).toEqual({
			name: "dev",
			region: "local-1",
			zones: ["zone-a", "zone-b", "zone-c"],
			volume: size("2Gi"),
			stores: [
				{ name: "one", region: "local-1" },
				{ name: "two", region: "local-2" },
			],
			timezone: "Europe/Berlin",
			snapshots: true,
		});
	});
});

describe("a bad configuration is refused:", () => {
	test.each(rows)("%s", (_, change, expected) => {
		expect(problems(change)).toEqual([expected]);
	});

	test("with every problem at once, those of one entry not hiding those of another", () => {
		const found = problems((raw) => {
			Object.assign(raw.databases[0] ?? {}, { rpo: "soon", volumne: 1 });
			Object.assign(raw.databases[1] ?? {}, { archive: { flushInterval: "3h" } });
			raw.contacts.push({ role: "", name: "x", phone: "+1-555-0100" });
			raw.stores = [store("one", "a"), { ...store("two", "b"), kind: "s4" }];
			raw.timezone = "Mars/Olympus";
			delete raw.site.region;
			raw.site.region = "local-1";
		});
		expect(found.map((line) => line.split(":")[0])).toEqual([
			"databases[0].rpo",
			"databases[0].volumne",
			"stores[1].kind",
			"contacts[1].role",
			"timezone",
			"databases[1].archive.flushInterval",
		]);
	});

	test("empty: each section that must be there is named", () => {
		expect(problems(() => ({}))).toEqual([
			"site: is missing; write the site's name, region and zones",
			"databases: is missing; declare at least one database with name, tier and volume",
			"contacts: is missing; name at least one person with role, name, and phone or email",
		]);
	});

	test("always in one line a problem, with no secret in it", () => {
		for (const [, change] of rows)
			for (const line of problems(change)) {
				expect(line).toMatch(/^[a-z][\w[\].]*: .+; .+$/i);
				expect(line).not.toContain("hunter2");
			}
	});
});
