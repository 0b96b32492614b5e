/** Looks up what a clone is made from, and refuses what cannot become one before anything is made. */
import type { V1EndpointSlice, V1PersistentVolumeClaim, V1Service } from "@kubernetes/client-node";
import { UserError } from "../../objectives/error.ts";
import type { Settings } from "../../objectives/settings.ts";
import { FailedError } from "../exit.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { type Api, orNull } from "../kubernetes/api.ts";
import type { ReadSnapshot } from "../snapshot/readSnapshots.ts";
import { contentsPath, handleOf, type VolumeSnapshotContent } from "../snapshot/snapshotContent.ts";
import type { CloneFacts } from "./cloneFacts.ts";

export interface CloneWish extends Pick<CloneFacts, "name" | "expiresAt" | "keepAccounts" | "events" | "clients"> {
	/** Bytes; default: as large as the volume that the snapshot was taken of. */
	readonly size: number | undefined;
}

/** @throws UserError, FailedError */
export async function cloneFactsFrom(
	{ api, namespace }: ClusterAccess,
	settings: Settings,
	snapshot: ReadSnapshot,
	wish: CloneWish,
): Promise<CloneFacts> {
	const { size, ...shared } = wish;
	return {
		...shared,
		settings,
		from: namespace,
		snapshot,
		content: await contentOf(api, snapshot),
		storageClass: await classOf(api, namespace, snapshot, settings),
		volumeBytes: volumeOf(snapshot, settings, size),
		image: imageOf(settings),
		apiServer: await apiServerAt(api),
	};
}

async function contentOf(api: Api, { name, content }: ReadSnapshot): Promise<VolumeSnapshotContent> {
	const found = content === null ? null : await orNull(api.json<VolumeSnapshotContent>(`${contentsPath}/${content}`));
	if (found !== null && handleOf(found) !== null) return found;
	throw new FailedError(
		`the cluster does not say where its storage has snapshot ${name} (VolumeSnapshotContent ${content})`,
	);
}

/** The same storage, or it could not read its own snapshot; the claim may be gone since. */
async function classOf(api: Api, namespace: string, { instance }: ReadSnapshot, { backup }: Settings) {
	const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/data-${instance}`;
	const claim = await orNull(api.json<V1PersistentVolumeClaim>(path));
	return claim?.spec?.storageClassName ?? backup.storageClass;
}

/** Some storage does not say how large the volume was: as large as the database's are, then. */
function volumeOf({ volumeBytes, bytes }: ReadSnapshot, { backup }: Settings, size?: number): number {
	const least = volumeBytes > 0 ? volumeBytes : Math.max(bytes, backup.volumeBytes ?? 0);
	if (size === undefined || size >= least) return size ?? least;
	throw new UserError({
		field: "--size",
		value: size,
		wrong: `the snapshot is of a volume of ${least} bytes, and a volume made from it cannot be smaller`,
		remedy: "leave it out, or name a larger one",
	});
}

function imageOf({ backup }: Settings): string {
	if (backup.runtimeImage !== undefined) return backup.runtimeImage;
	throw new FailedError("the stack does not say which image its pods run: npm run up, with this version of mysql-dr");
}

/** By the addresses of its servers, and by that of its Service: networks judge before the one becomes the other, or after. */
async function apiServerAt(api: Api): Promise<CloneFacts["apiServer"]> {
	const labelSelector = "kubernetes.io/service-name=kubernetes";
	const [slices, service] = await Promise.all([
		api.json<{ items: V1EndpointSlice[] }>("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
			query: { labelSelector },
		}),
		api.json<V1Service>("/api/v1/namespaces/default/services/kubernetes"),
	]);
	const servers = slices.items.flatMap(({ endpoints = [], ports = [] }) =>
		endpoints.flatMap(({ addresses }) =>
			addresses.flatMap((address) => (ports ?? []).map(({ port = 443 }) => ({ address, port }))),
		),
	);
	const { clusterIPs = [], ports = [] } = service.spec ?? {};
	return [...servers, ...clusterIPs.flatMap((address) => ports.map(({ port }) => ({ address, port })))];
}
