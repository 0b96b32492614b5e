/** A clone in a real Kubernetes without nodes: its objects are taken, nothing of it is left. The storage's part is played here. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { cloneAnnotations } from "../../../runtime/clone/clone.ts";
import { endObjects } from "../../../runtime/clone/cloneEnd.ts";
import type { CloneFacts } from "../../../runtime/clone/cloneFacts.ts";
import { cloneFactsFrom } from "../../../runtime/clone/cloneFactsFrom.ts";
import { clonePolicies } from "../../../runtime/clone/cloneNetwork.ts";
import { cloneServer, cloneService, cloneSettings } from "../../../runtime/clone/clonePod.ts";
import { cloneRights } from "../../../runtime/clone/cloneRights.ts";
import { expireClone } from "../../../runtime/clone/expireClone.ts";
import { makeClone } from "../../../runtime/clone/makeClone.ts";
import { type Api, kubernetesApi, orNull } from "../../../runtime/kubernetes/api.ts";
import { lackingRights } from "../../../runtime/kubernetes/rights.ts";
import { readSnapshots } from "../../../runtime/snapshot/readSnapshots.ts";
import type { VolumeSnapshotObject } from "../../../runtime/snapshot/snapshot.ts";
import type { VolumeSnapshotContent } from "../../../runtime/snapshot/snapshotContent.ts";
import { snapshotLabels } from "../../../runtime/snapshot/snapshotStore.ts";
import { uuid } from "../commands/scene.ts";
import { ControlPlane, controlPlanePrograms } from "../kubernetes/controlPlane.ts";
import { until } from "../realMysqld.ts";
import { snapshotObject } from "../snapshot/snapshotObjects.ts";
import { productionSettings } from "./facts.ts";

jest.setTimeout(300_000);
const programs = await controlPlanePrograms();

const clone = "mysql-clone-real";
const storage = "/apis/snapshot.storage.k8s.io/v1";
const contents = `${storage}/volumesnapshotcontents`;
const snapshots = `${storage}/namespaces/mysql/volumesnapshots`;
const status = {
	snapshotHandle: "handle-1",
	readyToUse: true,
	restoreSize: 2 ** 31,
	creationTime: 1_795_500_000_000_000_000,
};

(programs === undefined ? describe.skip : describe)("a clone in a real Kubernetes", () => {
	let plane: ControlPlane;
	let api: Api;
	let facts: CloneFacts;
	let notes: string[] = [];

	const make = (path: string, body: object) => api.text(path, { method: "POST", body });
	const patch = (path: string, body: object) => api.text(path, { method: "PATCH", body });
	const inClone = <T>(path: string) => api.json<T>(path.replace("*", `namespaces/${clone}`));

	beforeAll(async () => {
		plane = await ControlPlane.up(programs as NonNullable<typeof programs>);
		api = plane.access("mysql").api;
		await make("/api/v1/namespaces", { metadata: { name: "mysql" } });
		await make("/api/v1/namespaces/mysql/persistentvolumeclaims", {
			metadata: { name: "data-mysql-2" },
			spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "2Gi" } } },
		});
		await make(contents, {
			apiVersion: "snapshot.storage.k8s.io/v1",
			kind: "VolumeSnapshotContent",
			metadata: { name: "production-content" },
			spec: {
				deletionPolicy: "Delete",
				driver: "csi.example.com",
				source: { snapshotHandle: "handle-1" },
				volumeSnapshotRef: { name: "mysql-snapshot-1", namespace: "mysql" },
			},
		});
		const { metadata } = snapshotObject("mysql-snapshot-1", { gtids: `${uuid}:1-42`, takenAt: "2026-11-25T06:00:00Z" });
		await make(snapshots, {
			apiVersion: "snapshot.storage.k8s.io/v1",
			kind: "VolumeSnapshot",
			metadata: {
				name: "mysql-snapshot-1",
				labels: snapshotLabels("mysql"),
				annotations: metadata?.annotations,
			},
			spec: { source: { volumeSnapshotContentName: "production-content" } },
		});
		await patch(`${contents}/production-content/status`, { status });
		await until("production's snapshot can be used", async () => (await found())?.ready === true);
		const [snapshot] = (await readSnapshots({ api, namespace: "mysql", cluster: "mysql" })) ?? [];
		facts = await cloneFactsFrom(
			plane.access("mysql"),
			productionSettings(),
			snapshot as NonNullable<typeof snapshot>,
			{
				...{ name: clone, expiresAt: new Date(Date.now() + 3_600_000).toISOString(), size: undefined },
				...{ keepAccounts: false, events: false, clients: ["ci"] },
			},
		);
	});
	afterAll(() => plane?.down());

	const found = async () => (await readSnapshots({ api, namespace: "mysql", cluster: "mysql" }))?.[0];

	/** What the storage's sidecars would do once they are asked. */
	async function playStorage(): Promise<void> {
		await until("the clone's content is asked for", async () => (await content()) !== null);
		expect(await found()).toMatchObject({ name: "mysql-snapshot-1" });
		await patch(`${contents}/${clone}/status`, { status });
		const snapshot = `${storage}/namespaces/${clone}/volumesnapshots/data`;
		const ready = async () => (await api.json<VolumeSnapshotObject>(snapshot)).status?.readyToUse === true;
		await until("the snapshot controller has bound it", ready);
		await make("/api/v1/persistentvolumes", {
			metadata: { name: "pv-of-clone" },
			spec: {
				...{ accessModes: ["ReadWriteOnce"], capacity: { storage: "2Gi" }, storageClassName: "fast" },
				persistentVolumeReclaimPolicy: "Retain",
				csi: { driver: "csi.example.com", volumeHandle: "volume-of-clone" },
				claimRef: { kind: "PersistentVolumeClaim", namespace: clone, name: "data" },
			},
		});
	}
	/** The sidecar lets go of what the policy lets it keep: it is asked for no deletion. */
	async function contentGone(): Promise<boolean> {
		const left = await content();
		if (left?.metadata?.deletionTimestamp === undefined) return left === null;
		expect(left.spec?.deletionPolicy).toBe("Retain");
		await orNull(patch(`${contents}/${clone}`, { metadata: { finalizers: null } }));
		return false;
	}
	const content = () => orNull(api.json<VolumeSnapshotContent>(`${contents}/${clone}`));

	test("has its volume from production's snapshot, and lets go of what it needed for that", async () => {
		const stop = new AbortController();
		// Nobody runs its pod here: interrupted, it goes on by itself.
		const note = (line: string) => notes.push(line);
		const following = {
			note,
			live: (line: string) => line.startsWith("waiting for mysql-0") && stop.abort(new Error("enough")),
		};
		const making = makeClone(plane.access("mysql"), facts, { ...following, signal: stop.signal, now: new Date() });
		await Promise.all([playStorage(), expect(making).rejects.toThrow("enough")]);
		expect(notes).toContain(`its volume is made from snapshot mysql-snapshot-1`);
		const volume = await api.json<{ spec: object }>("/api/v1/persistentvolumes/pv-of-clone");
		expect(volume.spec).toMatchObject({ persistentVolumeReclaimPolicy: "Delete" });
		await until("the snapshot's second object is gone", contentGone);
		const left = await api.json<VolumeSnapshotObject>(`${snapshots}/mysql-snapshot-1`);
		expect(left.metadata?.annotations).not.toHaveProperty("mysql-dr/in-use-by");
		expect(left.status?.readyToUse).toBe(true);
		const kept = await api.json<VolumeSnapshotContent>(`${contents}/production-content`);
		expect(kept.spec).toMatchObject({ deletionPolicy: "Delete", source: { snapshotHandle: "handle-1" } });
	});

	test("is what it is meant to be, object by object, and its pod is let in", async () => {
		for (const policy of clonePolicies(facts)) {
			const path = `/apis/networking.k8s.io/v1/*/networkpolicies/${policy.metadata.name}`;
			const { podSelector, policyTypes, ingress = [], egress = [] } = policy.spec;
			const { spec } = await inClone<typeof policy>(path);
			expect({ ingress: [], egress: [], ...spec }).toEqual({ podSelector, policyTypes, ingress, egress });
		}
		const server = cloneServer(facts);
		expect(await inClone("/apis/apps/v1/*/statefulsets/mysql")).toMatchObject({ spec: server.spec });
		expect(await inClone("/api/v1/*/services/mysql")).toMatchObject({ spec: cloneService(facts).spec });
		expect(await inClone("/api/v1/*/configmaps/mysql-settings")).toMatchObject({ data: cloneSettings(facts).data });
		const pod = await inClone<V1Pod>("/api/v1/*/pods/mysql-0");
		expect(pod.spec?.containers).toMatchObject(server.spec?.template.spec?.containers ?? []);
		const { job, role } = endObjects(facts, { apiVersion: "v1", kind: "Namespace", name: clone, uid: "" });
		expect(await inClone("/apis/batch/v1/*/cronjobs/mysql-clone-expiry")).toMatchObject({ spec: job.spec });
		const name = role.metadata?.name;
		expect(await api.json(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`)).toMatchObject({
			rules: role.rules,
		});
		// The job's pod, as the job would make it.
		const { spec } = job.spec?.jobTemplate.spec?.template ?? {};
		await make(`/api/v1/namespaces/${clone}/pods?dryRun=All`, { metadata: { name: "expiry" }, spec });
	});

	test("cannot be made by whoever lacks a right, who is told of every one", async () => {
		await make("/api/v1/namespaces/mysql/serviceaccounts", { metadata: { name: "nobody" } });
		const rights = cloneRights("mysql", "other");
		expect(await lackingRights(await as("mysql", "nobody"), rights)).toHaveLength(rights.length);
		expect(await lackingRights(api, rights)).toEqual([]);
	});

	/** With a ServiceAccount's own token. */
	async function as(namespace: string, account: string): Promise<Api> {
		const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
		const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
		const token = JSON.parse(await make(path, request)).status.token as string;
		const config = new KubeConfig();
		config.loadFromFile(plane.kubeconfig);
		const [cluster] = config.clusters;
		config.loadFromClusterAndUser(cluster as NonNullable<typeof cluster>, { name: "account", token });
		return kubernetesApi(config);
	}

	test("deletes itself when its time is over, with an account that can do nothing else, and all of it is gone", async () => {
		const own = await as(clone, "mysql-clone-expiry");
		expect(await expireClone(own, clone, new Date())).toMatchObject({ deleted: false });
		for (const path of [`/api/v1/namespaces/${clone}/secrets`, "/api/v1/namespaces/mysql", "/api/v1/namespaces"]) {
			await expect(own.text(path)).rejects.toMatchObject({ status: 403 });
		}
		await expect(own.text("/api/v1/namespaces/mysql", { method: "DELETE" })).rejects.toMatchObject({ status: 403 });
		const past = { [cloneAnnotations.expiresAt]: new Date(Date.now() - 1000).toISOString() };
		await patch(`/api/v1/namespaces/${clone}`, { metadata: { annotations: past } });
		expect(await expireClone(own, clone, new Date())).toMatchObject({ deleted: true });
		const gone = async (path: string) => (await orNull(api.text(path))) === null;
		await until("the namespace is gone", () => gone(`/api/v1/namespaces/${clone}`));
		for (const kind of ["clusterroles", "clusterrolebindings"]) {
			const path = `/apis/rbac.authorization.k8s.io/v1/${kind}/mysql-dr:clone:${clone}`;
			await until(`${kind} are gone`, () => gone(path));
		}
		expect(await found()).toMatchObject({ name: "mysql-snapshot-1", ready: true });
		expect(await gone(`${contents}/production-content`)).toBe(false);
	});

	test("that fails before its volume is there leaves nothing either", async () => {
		const stop = new AbortController();
		const live = () => stop.abort(new Error("no storage"));
		notes = [];
		const options = { note: () => {}, live, signal: stop.signal, now: new Date() };
		await expect(makeClone(plane.access("mysql"), facts, options)).rejects.toThrow("no storage");
		await until("the namespace is gone", async () => (await orNull(api.text(`/api/v1/namespaces/${clone}`))) === null);
		await until("the snapshot's second object is gone", contentGone);
		const left = await api.json<VolumeSnapshotObject>(`${snapshots}/mysql-snapshot-1`);
		expect(left.metadata?.annotations).not.toHaveProperty("mysql-dr/in-use-by");
	});
});
