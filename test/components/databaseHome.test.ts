import { beforeAll, describe, expect, test } from "@jest/globals";
import { refuseSmaller } from "../../components/mysql/claims.ts";
import { UserError } from "../../objectives/index.ts";
import { configuration, database, declared } from "./declared.ts";
import type { Recording } from "./recorder.ts";

let stack: Recording;
beforeAll(async () => {
	stack = await declared();
});

describe("claims", () => {
	test("are one an instance, under the names that the StatefulSet adopts", () => {
		const names = stack.all("PersistentVolumeClaim").map(({ inputs }) => inputs.metadata.name);
		expect(names).toEqual(["data-mysql-0", "data-mysql-1", "data-mysql-2"]);
		const [template] = stack.one("StatefulSet").inputs.spec.volumeClaimTemplates;
		expect(template.metadata.name).toBe("data");
	});

	test("are protected, and stay when the stack goes", () => {
		for (const claim of stack.all("PersistentVolumeClaim"))
			expect(claim).toMatchObject({ protect: true, retainOnDelete: true });
	});

	test("are not waited for, and are taken over by a later stack under the same writer's name", () => {
		for (const { inputs } of stack.all("PersistentVolumeClaim"))
			expect(inputs.metadata.annotations).toEqual({
				"pulumi.com/skipAwait": "true",
				"pulumi.com/patchFieldManager": "mysql-dr",
				"pulumi.com/patchForce": "true",
			});
	});

	test("are left as large as they are where they may grow, and are asked for as declared where they may not", async () => {
		for (const { ignoreChanges } of stack.all("PersistentVolumeClaim")) expect(ignoreChanges).toEqual([]);
		const growing = await declared(configuration([database({ volumeGrowth: { upTo: "20Gi" } })]));
		for (const { ignoreChanges } of growing.all("PersistentVolumeClaim"))
			expect(ignoreChanges).toEqual(["spec.resources.requests.storage"]);
		const settings = JSON.parse(growing.one("ConfigMap").inputs.data["settings.json"]);
		expect(settings.volumeGrowth).toEqual({ upTo: 20 * 1024 ** 3 });
		expect(settings.backup.scratchBytes).toBe(20 * 1024 ** 3);
	});

	test("ask for the volume, and for no class unless one is named", async () => {
		expect(stack.one("PersistentVolumeClaim", "data-mysql-0").inputs.spec).toEqual({
			accessModes: ["ReadWriteOnce"],
			resources: { requests: { storage: "2Gi" } },
		});
		const classed = await declared(configuration([database()], { storageClass: "gp3" }));
		expect(classed.one("PersistentVolumeClaim", "data-mysql-0").inputs.spec.storageClassName).toBe("gp3");
	});

	test("and their home run the refusal of a smaller size, in previews too", () => {
		expect(stack.hooks).toEqual([{ name: "mysql-refuse-shrink", onDryRun: true }]);
		for (const resource of [...stack.all("PersistentVolumeClaim"), stack.one("DatabaseHome")])
			expect(resource.beforeUpdate).toEqual(["mysql-refuse-shrink"]);
	});
});

describe("the refusal of a smaller size", () => {
	const refuse = refuseSmaller("databases[0].volume");
	const claim = (storage: string) => ({ spec: { resources: { requests: { storage } } } });
	const change = (oldInputs: Record<string, unknown>, newInputs: Record<string, unknown>) => () =>
		refuse({ urn: "urn", id: "id", name: "name", type: "type", oldInputs, newInputs });

	test("names the setting and both sizes, for a claim and for a home", () => {
		const refusal = /^databases\[0\]\.volume: 1Gi is smaller than the 2Gi that it has; /;
		expect(change(claim("2Gi"), claim("1Gi"))).toThrow(refusal);
		expect(change(claim("2Gi"), claim("1Gi"))).toThrow(UserError);
		expect(change({ volume: 2 * 1024 ** 3 }, { volume: 1024 ** 3 })).toThrow(refusal);
	});

	test("lets the same and a larger size pass", () => {
		expect(change(claim("2Gi"), claim("2048Mi"))).not.toThrow();
		expect(change(claim("2Gi"), claim("3Gi"))).not.toThrow();
		expect(change({ volume: 1 }, { volume: 2 })).not.toThrow();
	});
});

describe("the namespace", () => {
	test("enforces restricted pods, and stays when the stack goes", () => {
		const { inputs, retainOnDelete } = stack.one("Namespace");
		expect(inputs.metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
		expect(retainOnDelete).toBe(true);
	});
});

describe("settings", () => {
	test("hold what the runtime is told, and no secret", () => {
		const settings = JSON.parse(stack.one("ConfigMap").inputs.data["settings.json"]);
		expect(settings).toMatchObject({
			cluster: "mysql",
			namespace: "mysql",
			members: 3,
			memory: 1024 ** 3,
			credentialsManaged: true,
			tlsManaged: true,
			plan: { tier: "critical" },
		});
		expect(stack.all("Secret")).toEqual([]);
	});

	test("change only after the claims have passed", () => {
		expect(stack.one("ConfigMap").dependsOn).toEqual(
			expect.arrayContaining([expect.stringContaining("mysql-data-0"), expect.stringContaining("mysql-data-2")]),
		);
	});
});

interface Peer {
	readonly podSelector: { readonly matchLabels: Record<string, string> };
}

describe("network policies", () => {
	const ingress = (name: string) => stack.one("NetworkPolicy", name).inputs.spec;

	test("deny what is not allowed", () => {
		expect(ingress("deny-by-default")).toEqual({ podSelector: {}, policyTypes: ["Ingress"] });
	});

	test("let everybody reach MySQL, and only its own members the administrative port", () => {
		expect(ingress("mysql-clients").ingress).toEqual([{ ports: [{ protocol: "TCP", port: 3306 }] }]);
		const [members] = ingress("mysql-members").ingress;
		expect(members.ports).toEqual([{ protocol: "TCP", port: 33062 }]);
		const parts = members.from.map((peer: Peer) => [
			peer.podSelector.matchLabels["app.kubernetes.io/component"],
			peer.podSelector.matchLabels["mysql-dr/cluster"],
		]);
		expect(parts).toEqual([
			["database", "mysql"],
			["watchdog", "mysql"],
			["archive", "mysql"],
			["backup", "mysql"],
			["restore", "mysql"],
			["snapshot", "mysql"],
		]);
	});

	test("let the API server's proxy reach the status of watchdog and archiver", () => {
		for (const name of ["mysql-watchdog", "mysql-archive"])
			expect(ingress(name).ingress).toEqual([{ ports: [{ protocol: "TCP", port: 8080 }] }]);
	});

	test("let instances and watchdogs, and nobody else, reach a restored copy", () => {
		const rules = ingress("mysql-restore").ingress;
		expect(rules.map(({ ports }: { ports: { port: number }[] }) => ports[0]?.port)).toEqual([3306, 33062]);
		for (const { from } of rules)
			expect(from.map((peer: Peer) => peer.podSelector.matchLabels["app.kubernetes.io/component"])).toEqual([
				"database",
				"watchdog",
			]);
	});
});
