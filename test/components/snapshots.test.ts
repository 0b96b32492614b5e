import { beforeAll, describe, expect, test } from "@jest/globals";
import { databaseArgs } from "../../components/database.ts";
import { cronJobNames } from "../../runtime/kubernetes/jobs.ts";
import { configuration, database, declared } from "./declared.ts";
import type { Inputs, Recording } from "./recorder.ts";

let stack: Recording;
beforeAll(async () => {
	stack = await declared(configuration([database()], { snapshotClass: "ebs", storageClass: "gp3" }));
});

const cronJob = (name: string): Inputs => stack.one("CronJob", name).inputs.spec;
const podOf = (name: string): Inputs => cronJob(name).jobTemplate.spec.template.spec;
const taking = () => podOf("mysql-snapshot");
const trying = () => podOf("mysql-snapshot-check");

describe("snapshots", () => {
	test("are taken on the plan's schedule, in its timezone, and never twice at a time", () => {
		expect(cronJob("mysql-snapshot")).toMatchObject({
			schedule: "15 */6 * * *",
			timeZone: "Europe/Berlin",
			concurrencyPolicy: "Forbid",
			startingDeadlineSeconds: 3600,
		});
		const { activeDeadlineSeconds, backoffLimit } = cronJob("mysql-snapshot").jobTemplate.spec;
		// The night in which clocks are set back has an hour more.
		expect({ activeDeadlineSeconds, backoffLimit }).toEqual({ activeDeadlineSeconds: 7 * 3600, backoffLimit: 0 });
		expect(taking().containers[0].args).toEqual(["job", "snapshot"]);
	});

	test("are tried by nobody's schedule, under the names that the runtime knows", () => {
		expect(cronJob("mysql-snapshot-check").suspend).toBe(true);
		expect(stack.all("CronJob").map(({ inputs }) => inputs.metadata.name)).toEqual(
			expect.arrayContaining([cronJobNames.snapshot, cronJobNames.snapshotCheck]),
		);
	});

	test("are tried on a volume made of one, of the storage that has it, and as large as an instance's", () => {
		const [volume] = trying().volumes.filter((one: Inputs) => one.ephemeral);
		expect(volume.ephemeral.volumeClaimTemplate.spec).toEqual({
			accessModes: ["ReadWriteOnce"],
			storageClassName: "gp3",
			dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "not-said-yet" },
			resources: { requests: { storage: "2Gi" } },
		});
		const [mount] = trying().containers[0].volumeMounts.filter((one: Inputs) => one.name === volume.name);
		expect(mount.mountPath).toBe("/var/lib/mysql-dr");
	});

	test("are told to the runtime", () => {
		const settings = JSON.parse(stack.one("ConfigMap", "mysql-settings").inputs.data["settings.json"]);
		expect(settings.snapshots).toEqual({ snapshotClass: "ebs" });
	});

	test("are not declared where there is no class of them", async () => {
		const without = await declared(configuration());
		expect(without.all("Snapshots")).toEqual([]);
		expect(without.all("CronJob").filter(({ inputs }) => inputs.metadata.name.startsWith("mysql-snapshot"))).toEqual(
			[],
		);
	});

	test("need no store", () => {
		const { snapshots } = databaseArgs({ ...configuration(), stores: [] }, 0, { snapshotClass: "ebs" }, "test");
		expect(snapshots).not.toBeNull();
	});
});

describe("their pods", () => {
	test("pass the restricted standard, and keep away from the primary", () => {
		for (const { securityContext, containers, affinity } of [taking(), trying()]) {
			expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
			expect(containers[0].securityContext).toMatchObject({ readOnlyRootFilesystem: true });
			expect(affinity.podAntiAffinity).toBeDefined();
		}
	});

	test("see only the passwords that they use: to take one two, to try one none, and nothing of Kubernetes", () => {
		const secrets = (pod: Inputs) => pod.volumes.flatMap(({ secret }: Inputs) => secret ?? []);
		expect(secrets(taking()).map(({ items }: Inputs) => items.map(({ key }: Inputs) => key))).toEqual([
			["monitor", "backup"],
			["ca.crt"],
		]);
		expect(secrets(trying())).toEqual([]);
		expect(trying()).toMatchObject({ automountServiceAccountToken: false });
		expect(trying().serviceAccountName).toBeUndefined();
	});

	test("may reach the instances", () => {
		const [{ from }] = stack.one("NetworkPolicy", "mysql-members").inputs.spec.ingress;
		const parts = from.map(({ podSelector }: Inputs) => podSelector.matchLabels["app.kubernetes.io/component"]);
		expect(parts).toContain("snapshot");
		expect(stack.one("CronJob", "mysql-snapshot").inputs.spec.jobTemplate.spec.template.metadata.labels).toMatchObject({
			"app.kubernetes.io/component": "snapshot",
		});
	});
});

describe("their permissions", () => {
	test("are to see whom they take, to hold an instance's applier, and to make and let go of snapshots", () => {
		const rules = stack.one("Role", "mysql-snapshot").inputs.rules as Inputs[];
		const found = rules.flatMap(({ resources, resourceNames = ["*"], verbs }) =>
			resources.flatMap((resource: string) => resourceNames.map((name: string) => `${verbs} ${resource}/${name}`)),
		);
		expect(found.sort()).toEqual(
			[
				"get,list,watch configmaps/mysql-cluster",
				"get,list,watch pods/*",
				...["mysql-0", "mysql-1", "mysql-2"].map((name) => `patch pods/${name}`),
				"get,list,create,patch,delete volumesnapshots/*",
				"get cronjobs/mysql-snapshot-check",
				"get,create,delete jobs/*",
				"get pods/log/*",
				"get,update,patch leases/mysql-backup",
				"create leases/*",
			].sort(),
		);
	});

	test("beyond the namespace are to say that a storage's snapshot may go, and no more", () => {
		const role = stack.one("ClusterRole", "mysql-snapshot-mysql").inputs;
		expect(role.rules).toEqual([
			{ apiGroups: ["snapshot.storage.k8s.io"], resources: ["volumesnapshotcontents"], verbs: ["patch"] },
		]);
		const binding = stack.one("ClusterRoleBinding", "mysql-snapshot-mysql").inputs;
		expect(binding.subjects).toEqual([{ kind: "ServiceAccount", name: "mysql-snapshot", namespace: "mysql" }]);
		expect(taking().serviceAccountName).toBe("mysql-snapshot");
	});

	test("are bound before the job may begin", () => {
		expect(stack.one("CronJob", "mysql-snapshot").dependsOn).toEqual(
			expect.arrayContaining([expect.stringMatching(/:RoleBinding::mysql-snapshot$/)]),
		);
	});
});
