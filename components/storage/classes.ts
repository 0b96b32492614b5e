/** The classes of a site's storage profile, declared. They belong to the cluster: databases of the site share them. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { StorageConfig } from "../../objectives/index.ts";
import { snapshotGroup } from "../naming.ts";
import { type FarSnapshots, storageClasses } from "./profiles.ts";

/** What the classes are called. */
export interface ClassNames {
	readonly storageClass: string;
	readonly scratchClass: string;
	readonly snapshotClass: string;
}

const labels = { "app.kubernetes.io/name": "mysql", "app.kubernetes.io/part-of": "mysql-dr" };

/** Nothing that lies on a class depends on its being there: it is asked once, when a volume or a snapshot is made. */
export function declareClasses(
	name: string,
	site: string,
	{ storage, far }: { readonly storage: StorageConfig; readonly far?: FarSnapshots | undefined },
	opts: pulumi.CustomResourceOptions,
): ClassNames {
	const { data, scratch, snapshots } = storageClasses(storage, far);
	const names = classNames(site);
	const metadata = (of: string) => ({ name: of, labels });
	new k8s.storage.v1.StorageClass(`${name}-data`, { metadata: metadata(names.storageClass), ...data }, opts);
	new k8s.storage.v1.StorageClass(`${name}-scratch`, { metadata: metadata(names.scratchClass), ...scratch }, opts);
	const kind = { apiVersion: `${snapshotGroup}/v1`, kind: "VolumeSnapshotClass" };
	const snapshotClass = { ...kind, metadata: metadata(names.snapshotClass), ...snapshots };
	new k8s.apiextensions.CustomResource(`${name}-snapshots`, snapshotClass, opts);
	return names;
}

/** Two stacks on one cluster have sites of different names. */
function classNames(site: string): ClassNames {
	const own = `mysql-dr-${site}`;
	return { storageClass: own, scratchClass: `${own}-scratch`, snapshotClass: own };
}
