import { beforeAll, describe, expect, test } from "@jest/globals";
import { podPaths } from "../../runtime/instance/place.ts";
import { configuration, database, declared } from "./declared.ts";
import type { Inputs, Recording } from "./recorder.ts";

let stack: Recording;
let set: Inputs;
let pod: Inputs;
beforeAll(async () => {
	stack = await declared();
	set = stack.one("StatefulSet").inputs.spec;
	pod = set.template.spec;
});

const containers = (): Inputs[] => [...pod.initContainers, ...pod.containers];

describe("the StatefulSet", () => {
	test("starts three instances at once", () => {
		expect(set).toMatchObject({ replicas: 3, podManagementPolicy: "Parallel", serviceName: "mysql" });
	});

	test("says what is promised for it, to policies and to who looks at the cluster", () => {
		expect(stack.one("StatefulSet").inputs.metadata.annotations).toEqual({
			"mysql-dr/tier": "critical",
			"mysql-dr/rto": "15m",
			"mysql-dr/rpo": "5m",
		});
	});

	test("is never replaced because its claim template changed", () => {
		expect(stack.one("StatefulSet").ignoreChanges).toContain("spec.volumeClaimTemplates");
	});

	test("leaves rolling updates to the watchdog, and an older set's strategy too, which cannot be applied over", () => {
		expect(set.updateStrategy).toEqual({ type: "OnDelete" });
		expect(stack.one("StatefulSet").ignoreChanges).toContain("spec.updateStrategy");
	});

	test("waits for the Secrets, which the watchdog makes", () => {
		expect(stack.one("StatefulSet").dependsOn).toEqual(
			expect.arrayContaining([expect.stringMatching(/apps\/v1:Deployment::mysql$/)]),
		);
	});

	test("selects the pods that it makes", () => {
		expect(set.template.metadata.labels).toEqual(set.selector.matchLabels);
	});
});

describe("pods", () => {
	test("of a critical database never share a zone, by today's label", () => {
		const terms = pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
		expect(terms).toEqual([
			{ topologyKey: "topology.kubernetes.io/zone", labelSelector: { matchLabels: set.selector.matchLabels } },
		]);
		expect(pod.topologySpreadConstraints).toEqual([
			expect.objectContaining({
				topologyKey: "topology.kubernetes.io/zone",
				maxSkew: 1,
				whenUnsatisfiable: "DoNotSchedule",
			}),
		]);
	});

	test("of a standard database on two zones may share one; of its watchdogs one at least has another", async () => {
		const laxer = database({ tier: "standard", scenarios: { zone: { rto: "1h", rpo: "1h" } } });
		const two = await declared(configuration([laxer], { zones: ["zone-a", "zone-b"] }));
		for (const [kind, name, where] of [
			["StatefulSet", "mysql", "ScheduleAnyway"],
			["Deployment", "mysql-watchdog", "DoNotSchedule"],
		] as const) {
			const { affinity, topologySpreadConstraints } = two.one(kind, name).inputs.spec.template.spec;
			expect(affinity.podAntiAffinity).not.toHaveProperty("requiredDuringSchedulingIgnoredDuringExecution");
			expect(topologySpreadConstraints[0].whenUnsatisfiable).toBe(where);
		}
	});

	test("are Guaranteed: every container's requests are its limits, as the API server writes them", () => {
		expect(containers().map(({ resources }) => resources)).toEqual(
			Array(3).fill({ requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } }),
		);
	});

	test("pass the restricted standard, and cannot write to their images", () => {
		expect(pod.securityContext).toMatchObject({
			runAsNonRoot: true,
			runAsUser: 999,
			fsGroup: 999,
			seccompProfile: { type: "RuntimeDefault" },
		});
		for (const { securityContext } of containers())
			expect(securityContext).toEqual({
				allowPrivilegeEscalation: false,
				readOnlyRootFilesystem: true,
				capabilities: { drop: ["ALL"] },
			});
	});

	test("leave a dead node after 30 seconds", () => {
		const seconds = pod.tolerations.map((one: Inputs) => [one.key, one.tolerationSeconds]);
		expect(seconds).toEqual([
			["node.kubernetes.io/not-ready", 30],
			["node.kubernetes.io/unreachable", 30],
		]);
	});

	test("hold passwords as files only where the configuration is made, and no token", () => {
		const holders = containers().filter(({ volumeMounts }) =>
			volumeMounts.some((one: Inputs) => one.name === "credentials"),
		);
		expect(holders.map(({ name }) => name)).toEqual(["prepare"]);
		expect(pod.automountServiceAccountToken).toBe(false);
	});

	test("mount every volume that they declare, and declare every one that they mount", () => {
		const mounted = containers().flatMap(({ volumeMounts }) => volumeMounts.map((one: Inputs) => one.name));
		const declaredNames = [...pod.volumes.map((one: Inputs) => one.name), set.volumeClaimTemplates[0].metadata.name];
		expect(new Set(mounted)).toEqual(new Set(declaredNames));
	});

	test("can start before anybody has told an instance which volume it stands on, and learn it before mysqld does", () => {
		const told = pod.volumes.find((one: Inputs) => one.configMap?.name === "mysql-volumes");
		expect(told.configMap.optional).toBe(true);
		const readers = containers().filter(({ volumeMounts }) =>
			volumeMounts.some((one: Inputs) => one.name === told.name && one.mountPath === podPaths.volumes),
		);
		expect(readers.map(({ name }) => name)).toEqual(["initialise"]);
	});

	test("are asked by a query whether they live", () => {
		const [mysql] = pod.containers;
		for (const probe of [mysql.startupProbe, mysql.readinessProbe, mysql.livenessProbe])
			expect(probe.exec.command).toEqual(["mysql", "--defaults-file=/run/mysql-dr/probe.cnf", "-NBe", "SELECT 1"]);
		expect(mysql.livenessProbe.periodSeconds * mysql.livenessProbe.failureThreshold).toBeGreaterThanOrEqual(60);
	});

	test("give a primary that is to end time to be moved away, and then time for a clean stop", () => {
		const [mysql] = pod.containers;
		const [shell, script, limit] = mysql.lifecycle.preStop.exec.command;
		expect([shell, script]).toEqual(["sh", "/run/mysql-dr/leave.sh"]);
		const { plan } = JSON.parse(stack.one("ConfigMap").inputs.data["settings.json"]);
		expect(Number(limit)).toBeGreaterThan((2 * plan.failover.drainLimit) / 1000);
		expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(limit) + 60);
	});

	test("run MySQL from the image that is named, and everything else from the runtime's", async () => {
		const official = await declared(configuration([database({ image: "mysql:8.4" })]));
		const { initContainers, containers: main } = official.one("StatefulSet").inputs.spec.template.spec;
		expect([...initContainers, ...main].map(({ name, image }: Inputs) => [name, image])).toEqual([
			["prepare", "mysql-dr/runtime:test"],
			["initialise", "mysql:8.4"],
			["mysql", "mysql:8.4"],
		]);
	});

	test("are restarted by what they are configured from, and by nothing else", async () => {
		const hash = async (different: Record<string, unknown>) =>
			(await declared(configuration([database(different)]))).one("StatefulSet").inputs.spec.template.metadata
				.annotations;
		const before = set.template.metadata.annotations;
		expect(await hash({ schedules: { logical: "0 4 * * *" } })).toEqual(before);
		expect(await hash({ resources: { cpu: "1", memory: "2Gi" } })).not.toEqual(before);
	});
});

describe("services", () => {
	const service = (name: string) => stack.one("Service", name).inputs;

	test("mysql-primary has no selector: its EndpointSlice is the watchdog's", () => {
		expect(service("mysql-primary").spec).not.toHaveProperty("selector");
	});

	test("mysql-replicas selects the replicas that the watchdog finds fresh enough to be read", () => {
		expect(service("mysql-replicas").spec.selector).toEqual({
			...set.selector.matchLabels,
			"mysql-dr/role": "replica",
			"mysql-dr/reads": "true",
		});
	});

	test("mysql names instances also while they are not ready", () => {
		expect(service("mysql").spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
	});

	test("are exposed as the site says, but for the instances' names", async () => {
		const exposed = await declared(configuration([database()], { expose: "NodePort" }));
		expect(exposed.one("Service", "mysql-primary").inputs.spec.type).toBe("NodePort");
		expect(exposed.one("Service", "mysql-replicas").inputs.spec.type).toBe("NodePort");
		expect(exposed.one("Service", "mysql").inputs.spec).not.toHaveProperty("type");
	});

	test("are not waited for: their endpoints come later", () => {
		for (const { inputs } of stack.all("Service"))
			expect(inputs.metadata.annotations).toEqual({ "pulumi.com/skipAwait": "true" });
	});
});

test("a drain takes one instance at a time", () => {
	expect(stack.one("PodDisruptionBudget", "mysql").inputs.spec).toEqual({
		maxUnavailable: 1,
		selector: { matchLabels: set.selector.matchLabels },
	});
});
