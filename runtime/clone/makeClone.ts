/** Makes a clone, from the operator's desk: its objects, its volume, and its server's first answer. */
import type { V1Namespace, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { UserError } from "../../objectives/error.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { accessTo } from "../kubernetes/access.ts";
import { type Api, ApiError, orNull } from "../kubernetes/api.ts";
import { until } from "../kubernetes/until.ts";
import { snapshotGroup, snapshotPlural, snapshotVersion } from "../snapshot/snapshot.ts";
import { contentsPath } from "../snapshot/snapshotContent.ts";
import { snapshotStore } from "../snapshot/snapshotStore.ts";
import { whileInUse } from "../snapshot/useSnapshot.ts";
import { endObjects } from "./cloneEnd.ts";
import type { CloneFacts } from "./cloneFacts.ts";
import { clonePolicies } from "./cloneNetwork.ts";
import { cloneServer, cloneService, cloneSettings } from "./clonePod.ts";
import { cloneSecrets } from "./cloneSecrets.ts";
import { claimName, cloneClaim, cloneContent, cloneNamespace, cloneSnapshot, ownedBy } from "./cloneStorage.ts";
import { type FollowClone, followClone } from "./followClone.ts";
import type { CloneServing } from "./runClone.ts";

export interface MakeOptions extends FollowClone {
	readonly now: Date;
}

const periodMs = 500;

/**
 * What fails leaves nothing behind. Interrupted once its volume is there, it goes on by itself.
 * @throws UserError where there is such a namespace already; FailedError in its server's own words
 */
export async function makeClone(access: ClusterAccess, facts: CloneFacts, options: MakeOptions): Promise<CloneServing> {
	const { api, config } = access;
	const namespace = await makeNamespace(api, facts);
	let volumeIsThere = false;
	try {
		const store = snapshotStore({ api, namespace: facts.from, cluster: facts.settings.cluster });
		await whileInUse(store, { name: facts.snapshot.name, by: `clone ${facts.name}` }, async () => {
			options.note(`namespace ${facts.name}: no way out of it, and an end at ${facts.expiresAt}`);
			await makeObjects(api, facts, namespace, options.now);
			options.note(`its volume is made from snapshot ${facts.snapshot.name}`);
			await volumeOfItsOwn(api, facts.name, options);
		});
		volumeIsThere = true;
		return await followClone(accessTo(config, facts.name), options);
	} catch (error) {
		if (options.signal.aborted && volumeIsThere) options.note(`${facts.name} goes on: mysql-dr clone list`);
		else await dropNamespace(api, facts.name);
		throw error;
	}
}

async function makeNamespace(api: Api, facts: CloneFacts): Promise<V1Namespace> {
	try {
		return await api.json<V1Namespace>("/api/v1/namespaces", { method: "POST", body: cloneNamespace(facts) });
	} catch (error) {
		if (!(error instanceof ApiError && error.status === 409)) throw error;
		throw new UserError({
			field: "--name",
			value: facts.name,
			wrong: `there is a namespace ${facts.name} already`,
			remedy: "name another, or leave it out",
		});
	}
}

/** What keeps it in comes first, then what ends it, then what it is. */
async function makeObjects(api: Api, facts: CloneFacts, namespace: V1Namespace, now: Date): Promise<void> {
	const make = (path: string, body: object) => api.text(path, { method: "POST", body });
	const inIt = (group: string, resource: string) => `${group}/namespaces/${facts.name}/${resource}`;
	const rbac = "/apis/rbac.authorization.k8s.io/v1";
	const owner = ownedBy(namespace);
	for (const policy of clonePolicies(facts)) await make(inIt("/apis/networking.k8s.io/v1", "networkpolicies"), policy);
	const end = endObjects(facts, owner);
	await make(inIt("/api/v1", "serviceaccounts"), end.account);
	await make(`${rbac}/clusterroles`, end.role);
	await make(`${rbac}/clusterrolebindings`, end.binding);
	await make(inIt("/apis/batch/v1", "cronjobs"), end.job);
	await make(contentsPath, cloneContent(facts, owner));
	await make(snapshotsIn(facts.name), cloneSnapshot(facts));
	await make(inIt("/api/v1", "persistentvolumeclaims"), cloneClaim(facts));
	for (const secret of await cloneSecrets(facts, now)) await make(inIt("/api/v1", "secrets"), secret);
	await make(inIt("/api/v1", "configmaps"), cloneSettings(facts));
	await make(inIt("/api/v1", "services"), cloneService(facts));
	await make(inIt("/apis/apps/v1", "statefulsets"), cloneServer(facts));
}

const snapshotsIn = (namespace: string) =>
	`/apis/${snapshotGroup}/${snapshotVersion}/namespaces/${namespace}/${snapshotPlural}`;

/**
 * Waits until the volume is there. Its class may keep volumes whose claims go (ours do, for a database's sake): this one is
 * to go. From then on the snapshot is not needed for it, so its second object goes at once.
 */
async function volumeOfItsOwn(api: Api, name: string, { signal, live }: MakeOptions): Promise<void> {
	const claim = `/api/v1/namespaces/${name}/persistentvolumeclaims/${claimName}`;
	const patience = { timeoutMs: Number.POSITIVE_INFINITY, periodMs, signal };
	const volume = await until(patience, async () => {
		const { spec, status } = await api.json<V1PersistentVolumeClaim>(claim);
		if (status?.phase !== "Bound") live(`waiting for the storage: claim ${claimName} is ${status?.phase ?? "new"}`);
		return status?.phase === "Bound" ? (spec?.volumeName ?? null) : null;
	});
	const body = { spec: { persistentVolumeReclaimPolicy: "Delete" } };
	await api.text(`/api/v1/persistentvolumes/${volume}`, { method: "PATCH", body });
	await orNull(api.text(`${snapshotsIn(name)}/${claimName}`, { method: "DELETE" }));
	await orNull(api.text(`${contentsPath}/${name}`, { method: "DELETE" }));
}

/** Whatever is wrong with the cluster then is wrong twice: the first error is the one to tell. */
async function dropNamespace(api: Api, name: string): Promise<void> {
	await api.text(`/api/v1/namespaces/${name}`, { method: "DELETE" }).catch(() => {});
}
