/** The cluster's snapshots as Kubernetes keeps them. Every call has a deadline. */
import { type Api, orNull } from "../kubernetes/api.ts";
import { clusterLabels } from "../kubernetes/clusterLabels.ts";
import {
	snapshotComponent,
	snapshotGroup,
	snapshotPlural,
	snapshotVersion,
	type VolumeSnapshotObject,
} from "./snapshot.ts";

export interface NewSnapshot {
	readonly name: string;
	readonly snapshotClass: string;
	/** The claim that it is made of. */
	readonly claim: string;
	readonly annotations: Readonly<Record<string, string>>;
}

export interface SnapshotStore {
	/** All that carry this cluster's labels, whoever made them. */
	list(): Promise<readonly VolumeSnapshotObject[]>;
	read(name: string): Promise<VolumeSnapshotObject | null>;
	/** @throws ApiError 409 where there is one of that name */
	create(snapshot: NewSnapshot): Promise<void>;
	/** Null takes an annotation away. */
	annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<void>;
	/** The object and, with it, what the storage holds; nothing happens where there is none. */
	letGo(name: string): Promise<void>;
}

export interface SnapshotStoreOptions {
	readonly api: Api;
	readonly namespace: string;
	readonly cluster: string;
	/** For each request. Milliseconds; default 5 s. */
	readonly deadlineMs?: number;
}

const group = `/apis/${snapshotGroup}/${snapshotVersion}`;
const contents = `${group}/volumesnapshotcontents`;

export const snapshotLabels = (cluster: string) => ({
	...clusterLabels(cluster),
	"app.kubernetes.io/component": snapshotComponent,
});

/** `mysql-20261127t050438123z`: in UTC, to the millisecond, since one that is let go may take a while to go. */
export function snapshotName(at: Date): string {
	return `mysql-${at.toISOString().replaceAll(/[-:.]/g, "").toLowerCase()}`;
}

export function snapshotStore({ api, namespace, cluster, deadlineMs = 5000 }: SnapshotStoreOptions): SnapshotStore {
	const all = `${group}/namespaces/${namespace}/${snapshotPlural}`;
	const one = (name: string) => `${all}/${encodeURIComponent(name)}`;
	const labels = snapshotLabels(cluster);
	const labelSelector = Object.entries(labels)
		.map(([key, value]) => `${key}=${value}`)
		.join(",");
	const read = (name: string) => orNull(api.json<VolumeSnapshotObject>(one(name), { deadlineMs }));
	return {
		list: async () =>
			(await api.json<{ items: VolumeSnapshotObject[] }>(all, { query: { labelSelector }, deadlineMs })).items,
		read,
		async create({ name, snapshotClass, claim, annotations }) {
			const body = {
				apiVersion: `${snapshotGroup}/${snapshotVersion}`,
				kind: "VolumeSnapshot",
				metadata: { name, namespace, labels, annotations },
				spec: { volumeSnapshotClassName: snapshotClass, source: { persistentVolumeClaimName: claim } },
			};
			await api.text(all, { method: "POST", body, deadlineMs });
		},
		async annotate(name, annotations) {
			await api.text(one(name), { method: "PATCH", body: { metadata: { annotations } }, deadlineMs });
		},
		async letGo(name) {
			const found = await read(name);
			if (found === null) return;
			await releaseContent(api, found, deadlineMs);
			await orNull(api.text(one(name), { method: "DELETE", deadlineMs }));
		},
	};
}

/**
 * The class says Retain, so that whoever deletes the object, or its namespace, by mistake loses nothing. What we let go is
 * to go from the storage too: that is said first, or it would be there for ever and nobody would know of it. A snapshot
 * that is not bound yet has a content all the same, which the snapshot controller names after it.
 */
async function releaseContent(api: Api, { metadata, status }: VolumeSnapshotObject, deadlineMs: number): Promise<void> {
	const content = status?.boundVolumeSnapshotContentName ?? `snapcontent-${metadata?.uid}`;
	const body = { spec: { deletionPolicy: "Delete" } };
	await orNull(api.text(`${contents}/${encodeURIComponent(content)}`, { method: "PATCH", body, deadlineMs }));
}
