import { describe, expect, test } from "@jest/globals";
import {
	containerSecurity as declaredContainer,
	podSecurity as declaredPod,
	restrictedNamespace,
} from "../../../components/podSecurity.ts";
import { parseSettings } from "../../../objectives/settings.ts";
import { cloneOf } from "../../../runtime/clone/clone.ts";
import { endObjects } from "../../../runtime/clone/cloneEnd.ts";
import { clonePolicies } from "../../../runtime/clone/cloneNetwork.ts";
import { cloneServer, cloneService, cloneSettings } from "../../../runtime/clone/clonePod.ts";
import { cloneSecrets } from "../../../runtime/clone/cloneSecrets.ts";
import {
	cloneClaim,
	cloneContent,
	cloneNamespace,
	cloneSnapshot,
	ownedBy,
} from "../../../runtime/clone/cloneStorage.ts";
import { certificateFacts } from "../../../runtime/credentials/certificates.ts";
import { givenSnapshot } from "../../../runtime/restore/base.ts";
import { uuid } from "../commands/scene.ts";
import { cloneFacts } from "./facts.ts";

const owner = { apiVersion: "v1", kind: "Namespace", name: "mysql-clone-3f2a", uid: "uid-1" };
const labels = {
	"app.kubernetes.io/name": "mysql",
	"app.kubernetes.io/part-of": "mysql-dr",
	"app.kubernetes.io/component": "clone",
};
const podOf = (facts = cloneFacts()) => cloneServer(facts).spec?.template.spec;

describe("a clone's namespace", () => {
	test("says what it is, allows nothing that is more than restricted, and is read back", () => {
		const { metadata } = cloneNamespace(cloneFacts());
		expect(metadata?.labels).toEqual({
			...{ "app.kubernetes.io/part-of": "mysql-dr", "mysql-dr/clone-of": "mysql" },
			...restrictedNamespace,
		});
		expect(cloneOf({ metadata: { ...metadata } })).toEqual({
			...{ name: "mysql-clone-3f2a", of: "mysql", from: "mysql", snapshot: "mysql-snapshot-1", going: false },
			...{ takenAt: "2026-11-25T06:00:00.000Z", expiresAt: "2026-11-25T18:00:00.000Z", gtidExecuted: `${uuid}:1-42` },
		});
	});

	test("owns what is the cluster's and the clone's", () => {
		const facts = cloneFacts();
		const namespace = cloneNamespace(facts);
		const { role, binding } = endObjects(facts, ownedBy({ metadata: { ...namespace.metadata, uid: "uid-1" } }));
		for (const object of [role, binding, cloneContent(facts, owner)]) {
			expect(object.metadata?.ownerReferences).toEqual([owner]);
		}
	});
});

describe("a clone's volume", () => {
	test("is made from production's snapshot by a second object, which is kept in the storage when that object goes", () => {
		expect(cloneContent(cloneFacts(), owner)).toEqual({
			apiVersion: "snapshot.storage.k8s.io/v1",
			kind: "VolumeSnapshotContent",
			metadata: {
				name: "mysql-clone-3f2a",
				// Where each node's own sidecar looks after its snapshots, it would not look at this one without it.
				labels: { ...labels, "snapshot.storage.kubernetes.io/managed-by": "zone-b" },
				ownerReferences: [owner],
			},
			spec: {
				deletionPolicy: "Retain",
				driver: "csi.example.com",
				sourceVolumeMode: "Filesystem",
				volumeSnapshotClassName: "fast",
				source: { snapshotHandle: "zone-b/snapshot-1" },
				volumeSnapshotRef: { name: "data", namespace: "mysql-clone-3f2a" },
			},
		});
		expect(cloneSnapshot(cloneFacts())).toEqual({
			apiVersion: "snapshot.storage.k8s.io/v1",
			kind: "VolumeSnapshot",
			metadata: { name: "data", namespace: "mysql-clone-3f2a", labels },
			spec: { source: { volumeSnapshotContentName: "mysql-clone-3f2a" } },
		});
		expect(cloneClaim(cloneFacts({ volumeBytes: 3 * 2 ** 30 })).spec).toEqual({
			accessModes: ["ReadWriteOnce"],
			storageClassName: "fast",
			resources: { requests: { storage: "3Gi" } },
			dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "data" },
		});
	});
});

describe("a clone's pod", () => {
	test("runs one server with an instance's memory, as restricted as a database's pods", () => {
		const pod = podOf();
		expect(pod?.securityContext).toEqual(declaredPod);
		expect(pod?.automountServiceAccountToken).toBe(false);
		const [away] = pod?.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
		expect(away?.podAffinityTerm).toEqual({
			topologyKey: "kubernetes.io/hostname",
			namespaces: ["mysql"],
			labelSelector: { matchLabels: { "mysql-dr/role": "primary" } },
		});
		const [container, ...others] = pod?.containers ?? [];
		expect(others).toEqual([]);
		expect(container?.securityContext).toEqual(declaredContainer);
		expect(container?.resources).toEqual({ requests: { cpu: "100m", memory: "1216Mi" }, limits: { memory: "1216Mi" } });
		expect(container?.args?.slice(0, 3)).toEqual(["job", "clone", "--snapshot"]);
		expect(givenSnapshot(container?.args?.[3] ?? "")).toMatchObject({ gtidExecuted: `${uuid}:1-42`, alone: true });
		expect(container?.args?.slice(4)).toEqual([]);
		const all = podOf(cloneFacts({ keepAccounts: true, events: true }))?.containers[0]?.args;
		expect(all?.slice(4)).toEqual(["--keep-accounts", "--events"]);
	});

	test("finds two passwords, a certificate and a volume of its own, and nothing else", () => {
		expect(podOf()?.volumes).toEqual([
			{ name: "settings", configMap: { name: "mysql-settings" } },
			{
				name: "credentials",
				secret: {
					secretName: "mysql-credentials",
					defaultMode: 0o440,
					items: [
						{ key: "root", path: "root" },
						{ key: "app", path: "app" },
					],
				},
			},
			{ name: "tls", secret: { secretName: "mysql-tls", defaultMode: 0o440 } },
			{ name: "data", persistentVolumeClaim: { claimName: "data" } },
			{ name: "tmp", emptyDir: {} },
		]);
	});

	test("is what its Service leads to", () => {
		expect(cloneService(cloneFacts()).spec).toEqual({
			selector: labels,
			ports: [{ name: "mysql", port: 3306, targetPort: 3306, protocol: "TCP" }],
		});
		expect(cloneServer(cloneFacts()).spec?.template.metadata?.labels).toEqual(labels);
	});

	test("is told nothing of production's stores, keys and Secrets", () => {
		const text = cloneSettings(cloneFacts()).data?.["settings.json"] ?? "";
		const settings = parseSettings(text);
		expect(settings).toMatchObject({ namespace: "mysql-clone-3f2a", members: 1, schema: "app", stores: [] });
		expect(settings).toMatchObject({ credentialsSecret: "mysql-credentials", tlsSecret: "mysql-tls" });
		expect(text).not.toMatch(/production-|store-1|store-key/);
	});
});

describe("a clone's secrets", () => {
	test("are its own, differ each time, and name its own hosts", async () => {
		const [passwords, tls] = await cloneSecrets(cloneFacts(), new Date());
		const [again] = await cloneSecrets(cloneFacts(), new Date());
		expect(Object.keys(passwords?.stringData ?? {})).toEqual(["root", "app"]);
		const values = [...Object.values(passwords?.stringData ?? {}), ...Object.values(again?.stringData ?? {})];
		expect(new Set(values).size).toBe(4);
		expect(values.every((value) => value.length === 32)).toBe(true);
		expect(Object.keys(tls?.stringData ?? {})).toEqual(["ca.crt", "tls.crt", "tls.key"]);
		const { names } = certificateFacts(tls?.stringData?.["tls.crt"] ?? "");
		expect(names).toContain("mysql.mysql-clone-3f2a.svc.cluster.local");
		expect(names).toContain("localhost");
	});
});

describe("a clone's network", () => {
	const policies = (given: Parameters<typeof cloneFacts>[0] = {}) =>
		Object.fromEntries(clonePolicies(cloneFacts(given)).map(({ metadata, spec }) => [metadata.name, spec]));
	const mysql = [{ protocol: "TCP", port: 3306 }];

	test("lets nothing out but questions for names, and MySQL within its own namespace", () => {
		const { "deny-by-default": deny, names, "to-the-clone": within, clients, expiry, ...others } = policies();
		expect(others).toEqual({});
		expect(deny).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] });
		const dns = ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 }));
		expect(names).toEqual({ podSelector: {}, policyTypes: ["Egress"], egress: [{ ports: dns }] });
		const own = { podSelector: { matchLabels: labels } };
		expect(within).toEqual({ podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [own], ports: mysql }] });
		expect(clients?.policyTypes).toEqual(["Ingress"]);
		expect(expiry?.podSelector).toEqual({
			matchLabels: { ...labels, "app.kubernetes.io/component": "clone-expiry" },
		});
		expect(expiry?.egress).toEqual([
			{ to: [{ ipBlock: { cidr: "10.0.0.1/32" } }], ports: [{ protocol: "TCP", port: 6443 }] },
			{ to: [{ ipBlock: { cidr: "fd00::1/128" } }], ports: [{ protocol: "TCP", port: 6443 }] },
		]);
	});

	test("lets in its own namespace's pods, and those of namespaces that were named", () => {
		const named = (name: string) => ({
			namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
		});
		expect(policies().clients?.ingress).toEqual([{ from: [{ podSelector: {} }], ports: mysql }]);
		expect(policies({ clients: ["ci", "ada"] }).clients?.ingress).toEqual([
			{ from: [{ podSelector: {} }, named("ci"), named("ada")], ports: mysql },
		]);
	});
});

describe("a clone's end", () => {
	test("is a job's that may read and delete this one namespace, and nothing else", () => {
		const { account, role, binding, job } = endObjects(cloneFacts(), owner);
		expect(role.rules).toEqual([
			{ apiGroups: [""], resources: ["namespaces"], resourceNames: ["mysql-clone-3f2a"], verbs: ["get", "delete"] },
		]);
		expect(binding.roleRef.name).toBe(role.metadata?.name);
		expect(binding.subjects).toEqual([
			{ kind: "ServiceAccount", name: account.metadata?.name, namespace: "mysql-clone-3f2a" },
		]);
		const pod = job.spec?.jobTemplate.spec?.template;
		expect(pod?.spec?.serviceAccountName).toBe(account.metadata?.name);
		expect(pod?.spec?.containers.map(({ args }) => args)).toEqual([["job", "clone-expiry"]]);
		expect(pod?.metadata?.labels?.["app.kubernetes.io/component"]).toBe("clone-expiry");
		expect(pod?.spec?.securityContext).toEqual(declaredPod);
	});
});
