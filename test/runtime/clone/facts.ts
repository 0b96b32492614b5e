/** What a clone is made from, in tests. */
import { parseSettings, type Settings } from "../../../objectives/settings.ts";
import type { CloneFacts } from "../../../runtime/clone/cloneFacts.ts";
import type { ReadSnapshot } from "../../../runtime/snapshot/readSnapshots.ts";
import { snapshotOf } from "../../../runtime/snapshot/snapshot.ts";
import { settings as settingsDocument, uuid } from "../commands/scene.ts";
import { snapshotObject } from "../snapshot/snapshotObjects.ts";

/** With everything that a clone must not be given. */
export function productionSettings(): Settings {
	return parseSettings({
		...settingsDocument(),
		credentialsSecret: "production-passwords",
		tlsSecret: "production-tls",
		stores: [
			{ name: "store-1", region: "local-1", kind: "s3", bucket: "production-bucket", credentialsSecret: "store-key" },
		],
		backup: { keySecret: "production-key", scratchBytes: 2 ** 30, storageClass: "fast", runtimeImage: "runtime:1" },
		snapshots: { snapshotClass: "fast" },
	});
}

export function cloneFacts(given: Partial<CloneFacts> = {}): CloneFacts {
	const object = snapshotObject("mysql-snapshot-1", {
		gtids: `${uuid}:1-42`,
		takenAt: "2026-11-25T06:00:00Z",
		term: 3,
	});
	return {
		name: "mysql-clone-3f2a",
		settings: productionSettings(),
		from: "mysql",
		snapshot: { ...snapshotOf(object), volumeBytes: 2 ** 31 } as ReadSnapshot,
		content: {
			metadata: {
				name: "snapcontent-1",
				labels: { "snapshot.storage.kubernetes.io/managed-by": "zone-b", other: "label" },
			},
			spec: {
				driver: "csi.example.com",
				deletionPolicy: "Delete",
				sourceVolumeMode: "Filesystem",
				volumeSnapshotClassName: "fast",
				source: { volumeHandle: "volume-1" },
				volumeSnapshotRef: { name: "mysql-snapshot-1", namespace: "mysql" },
			},
			status: { snapshotHandle: "zone-b/snapshot-1", readyToUse: true },
		},
		storageClass: "fast",
		volumeBytes: 2 ** 31,
		image: "runtime:1",
		expiresAt: "2026-11-25T18:00:00.000Z",
		keepAccounts: false,
		events: false,
		clients: [],
		apiServer: [
			{ address: "10.0.0.1", port: 6443 },
			{ address: "fd00::1", port: 6443 },
		],
		...given,
	};
}
