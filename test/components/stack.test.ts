import { beforeAll, describe, expect, test } from "@jest/globals";
import { configuration, database, declared } from "./declared.ts";
import type { Recording } from "./recorder.ts";

let stack: Recording;
beforeAll(async () => {
	const reports = database({ name: "reports", tier: "standard", volume: "1Gi" });
	stack = await declared(configuration([database(), reports], { snapshotClass: "ebs" }));
});

describe("a stack of two databases", () => {
	test("declares no resource twice", () => {
		const identities = stack.resources.map(({ parent, type, name }) => `${parent} ${type} ${name}`);
		expect(identities.filter((one, index) => identities.indexOf(one) !== index)).toEqual([]);
	});

	test("writes no Kubernetes object twice", () => {
		const objects = stack.resources
			.filter(({ inputs }) => inputs.metadata?.name)
			.map(({ inputs }) => `${inputs.kind} ${inputs.metadata.namespace ?? ""}/${inputs.metadata.name}`);
		expect(objects.length).toBeGreaterThan(40);
		expect(objects.filter((one, index) => objects.indexOf(one) !== index)).toEqual([]);
	});

	test("gives each its own tier, namespace and labels", () => {
		const tiers = stack.all("MysqlCluster").map(({ name, inputs }) => [name, inputs.plan.tier, inputs.namespace]);
		expect(tiers).toEqual([
			["mysql", "critical", "mysql"],
			["reports", "standard", "reports"],
		]);
		for (const { inputs } of stack.all("StatefulSet"))
			expect(inputs.spec.selector.matchLabels["mysql-dr/cluster"]).toBe(inputs.metadata.namespace);
	});

	test("puts every object under a component, by the site's provider and no other", () => {
		const objects = stack.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers"));
		expect(objects.length).toBeGreaterThan(40);
		for (const { parent, provider } of objects) {
			expect(parent).toMatch(/mysql-dr:index:(DatabaseHome|Watchdog|MysqlCluster|Backups|Snapshots)::/);
			expect(provider).toBe("test");
		}
	});

	test("gives every object the labels that others find it by", () => {
		for (const { custom, inputs, name } of stack.resources)
			if (custom && inputs.metadata)
				expect([name, inputs.metadata.labels]).toEqual([
					name,
					expect.objectContaining({
						"app.kubernetes.io/name": "mysql",
						"app.kubernetes.io/part-of": "mysql-dr",
						"mysql-dr/cluster": expect.stringMatching(/^(mysql|reports)$/),
					}),
				]);
	});
});

describe("what policies see", () => {
	test("is the promise, the plan and the site of each database", () => {
		const [{ inputs }] = stack.all("MysqlCluster") as [Recording["resources"][number]];
		expect(inputs).toMatchObject({
			rto: 15 * 60_000,
			rpo: 5 * 60_000,
			objectives: { scenarios: { pod: { rto: 5 * 60_000, rpo: 0 } } },
			plan: { failover: { confirmations: expect.any(Number) } },
			site: { name: "test", zones: ["zone-a", "zone-b", "zone-c"] },
		});
		for (const kind of ["DatabaseHome", "Watchdog", "Backups", "Snapshots"])
			expect(stack.all(kind)[0]?.inputs).toMatchObject({ rto: 15 * 60_000, rpo: 5 * 60_000 });
	});
});
