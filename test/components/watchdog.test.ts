import { beforeAll, describe, expect, test } from "@jest/globals";
import { configuration, database, declared } from "./declared.ts";
import type { Inputs, Recording } from "./recorder.ts";

let stack: Recording;
let deployment: Inputs;
beforeAll(async () => {
	stack = await declared();
	deployment = stack.one("Deployment", "mysql-watchdog").inputs.spec;
});

/** Verbs by resource, each with the names that it is limited to (`*` where it is not). */
function permissions(recording: Recording): Record<string, string[]> {
	const granted: Record<string, string[]> = {};
	for (const rule of recording.one("Role", "mysql-watchdog").inputs.rules as Inputs[])
		for (const resource of rule.resources)
			for (const name of rule.resourceNames ?? ["*"])
				granted[`${resource}/${name}`] = [...(granted[`${resource}/${name}`] ?? []), ...(rule.verbs as string[])];
	return granted;
}

describe("the Deployment", () => {
	test("keeps three watchdogs, one a zone, and replaces them without a fourth", () => {
		expect(deployment.replicas).toBe(3);
		expect(deployment.strategy).toEqual({ type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
		const terms = deployment.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
		expect(terms).toEqual([
			{ topologyKey: "topology.kubernetes.io/zone", labelSelector: { matchLabels: deployment.selector.matchLabels } },
		]);
	});

	test("is ready when the watchdog says so", () => {
		const [watchdog] = deployment.template.spec.containers;
		expect(watchdog.readinessProbe.httpGet.path).toBe("/readyz");
		expect(watchdog.livenessProbe.httpGet.path).toBe("/livez");
	});

	test("is Guaranteed, with CPU enough to probe on time", () => {
		const [{ resources }] = deployment.template.spec.containers;
		expect(resources.requests).toEqual(resources.limits);
		expect(resources.limits).toEqual({ cpu: "500m", memory: "256Mi" });
	});

	test("starts only with its permissions", () => {
		expect(stack.one("Deployment", "mysql-watchdog").dependsOn).toEqual(
			expect.arrayContaining([
				expect.stringMatching(/:RoleBinding::mysql$/),
				expect.stringMatching(/:ClusterRoleBinding::mysql$/),
			]),
		);
	});

	test("is restarted by every setting", async () => {
		const other = await declared(configuration([database({ schedules: { logical: "0 4 * * *" } })]));
		expect(other.one("Deployment", "mysql-watchdog").inputs.spec.template.metadata.annotations).not.toEqual(
			deployment.template.metadata.annotations,
		);
	});
});

describe("permissions", () => {
	test("are its own objects by name, and nothing else", () => {
		const kept = ["get", "list", "watch", "update", "patch"];
		expect(permissions(stack)).toEqual({
			"pods/*": ["list", "watch"],
			"pods/mysql-0": ["get", "patch", "delete"],
			"pods/mysql-1": ["get", "patch", "delete"],
			"pods/mysql-2": ["get", "patch", "delete"],
			"configmaps/mysql-cluster": kept,
			"configmaps/mysql-request": kept,
			"configmaps/mysql-volumes": kept,
			"configmaps/mysql-pause": ["get", "list", "watch"],
			"configmaps/mysql-damage": ["get", "list", "watch"],
			"configmaps/*": ["create"],
			"secrets/mysql-credentials": kept,
			"secrets/mysql-tls": kept,
			"secrets/mysql-ca": kept,
			"secrets/mysql-backup-key": kept,
			"secrets/*": ["create"],
			"leases/mysql-watchdog": kept,
			"leases/*": ["create"],
			"endpointslices/mysql-primary": kept,
			"endpointslices/*": ["create"],
			"endpointslices/restricted/*": ["create"],
			"statefulsets/mysql": ["get"],
			"persistentvolumeclaims/data-mysql-0": ["get", "patch", "delete"],
			"persistentvolumeclaims/data-mysql-1": ["get", "patch", "delete"],
			"persistentvolumeclaims/data-mysql-2": ["get", "patch", "delete"],
			"persistentvolumeclaims/*": ["create"],
			"volumesnapshots/*": ["get", "list"],
			"events/*": ["create", "patch", "list"],
		});
	});

	test("only read a Secret that somebody else makes", async () => {
		const existing = { credentials: { existingSecret: "given" }, tls: { existingSecret: "given-tls" } };
		const granted = permissions(await declared(configuration([database(existing)])));
		expect(granted["secrets/given"]).toEqual(["get", "list", "watch"]);
		expect(granted["secrets/given-tls"]).toEqual(["get", "list", "watch"]);
		expect(Object.keys(granted)).not.toEqual(expect.arrayContaining(["secrets/mysql-credentials"]));
		expect(Object.keys(granted)).not.toEqual(expect.arrayContaining(["secrets/mysql-ca"]));
	});

	test("read the keys of a store, where a Secret holds them", async () => {
		const store = (region: string, more = {}) => ({ name: region, region, kind: "s3", bucket: region, ...more });
		const keyed = store("local-1", { credentials: { existingSecret: "store-keys" } });
		const granted = permissions(await declared(configuration([database()], {}, [keyed, store("local-2")])));
		expect(granted["secrets/store-keys"]).toEqual(["get", "list", "watch"]);
	});

	test("beyond the namespace are to look at nodes and to keep volumes, under a name that no other database uses", () => {
		const role = stack.one("ClusterRole").inputs;
		expect(role.rules).toEqual([
			{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
			{ apiGroups: [""], resources: ["persistentvolumes"], verbs: ["get", "patch"] },
		]);
		expect(role.metadata.name).toBe("mysql-watchdog-mysql");
		expect(stack.one("ClusterRoleBinding").inputs.subjects).toEqual([
			{ kind: "ServiceAccount", name: "mysql-watchdog", namespace: "mysql" },
		]);
	});
});

test("nothing is declared that the watchdog writes", () => {
	const written = ["EndpointSlice", "Lease", "Secret"].flatMap((kind) => stack.all(kind));
	expect(written).toEqual([]);
	expect(stack.all("ConfigMap").map(({ inputs }) => inputs.metadata.name)).toEqual(["mysql-settings"]);
	for (const { inputs } of stack.resources)
		expect(JSON.stringify(inputs.spec?.template?.metadata ?? {})).not.toContain("mysql-dr/role");
});
