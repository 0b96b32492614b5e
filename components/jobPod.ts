/** What the pods of archive, backups, restores and snapshots have in common: the runtime image, and a place beside the database. */
import type * as k8s from "@pulumi/kubernetes";
import { formatSize, type Size } from "../objectives/index.ts";
import { labels, type Part, type Place, roleLabel, settingsName } from "./naming.ts";
import { containerSecurity, downward, podSecurity, tolerations } from "./podSecurity.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** What all of them are made of. */
export interface JobPodShape {
	readonly place: Place;
	/** The runtime image: it has mysqld, mysqlbinlog, mysqldump and restic besides `mysql-dr`. */
	readonly image: string;
	/** As Kubernetes writes it: `256Mi`. */
	readonly memory: string;
	readonly priorityClass?: string | undefined;
}

/** Where the runtime looks for what it is given (runtime/instance/jobPlace.ts). */
export const jobMounts = {
	settings: { name: "settings", mountPath: "/etc/mysql-dr/settings", readOnly: true },
	credentials: { name: "credentials", mountPath: "/etc/mysql-dr/credentials", readOnly: true },
	tls: { name: "tls", mountPath: "/etc/mysql-dr/tls", readOnly: true },
	backupKey: { name: "backup-key", mountPath: "/etc/mysql-dr/backup-key", readOnly: true },
	volume: { name: "volume", mountPath: "/var/lib/mysql-dr" },
	tmp: { name: "tmp", mountPath: "/tmp" },
} as const satisfies Record<string, VolumeMount>;

/** Time for a job to stop its mysqld, and to leave what it works on as it found it. */
const stopSeconds = 90;

/** A small share of the CPU and no limit: they take what a database beside them leaves. */
export function jobContainer(
	name: string,
	{ image, memory }: JobPodShape,
	args: readonly string[],
	mounts: readonly VolumeMount[],
): Container {
	return {
		name,
		image,
		imagePullPolicy: "IfNotPresent",
		args: [...args],
		env: downward({
			POD_NAME: "metadata.name",
			POD_NAMESPACE: "metadata.namespace",
			POD_IP: "status.podIP",
			NODE_NAME: "spec.nodeName",
		}),
		resources: { requests: { cpu: "100m", memory }, limits: { memory } },
		securityContext: containerSecurity,
		volumeMounts: [...mounts],
	};
}

export function podBesides(shape: JobPodShape, container: Container, volumes: Volume[]): PodSpec {
	return {
		enableServiceLinks: false,
		securityContext: podSecurity,
		tolerations,
		affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [awayFromPrimary(shape.place)] } },
		...(shape.priorityClass ? { priorityClassName: shape.priorityClass } : {}),
		containers: [container],
		volumes,
	};
}

/** The pod of a job: it runs once, and has time to end well. */
export function jobEnd(pod: PodSpec): PodSpec {
	return { ...pod, restartPolicy: "Never", terminationGracePeriodSeconds: stopSeconds };
}

/** A volume of the pod's own, made with it and gone with it: what is on it can be made again. */
export interface OwnVolume {
	readonly place: Place;
	readonly volume: Size;
	readonly storageClass?: string | undefined;
}

/** @param made what the claim says besides: a source, where it is not to be empty */
export function ownVolume(part: Part, { place, volume, storageClass }: OwnVolume, made: object = {}): Volume {
	const spec = {
		accessModes: ["ReadWriteOnce"],
		...(storageClass ? { storageClassName: storageClass } : {}),
		...made,
		resources: { requests: { storage: formatSize(volume) } },
	};
	const volumeClaimTemplate = { metadata: { labels: labels(place, part) }, spec };
	return { name: jobMounts.volume.name, ephemeral: { volumeClaimTemplate } };
}

/** What such a pod takes of a node's disk and network, the primary should not lack. */
function awayFromPrimary(place: Place) {
	const labelSelector = { matchLabels: { ...labels(place, "database"), [roleLabel]: "primary" } };
	return { weight: 100, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector } };
}

export const settingsVolume: Volume = { name: jobMounts.settings.name, configMap: { name: settingsName } };
export const tmpVolume: Volume = { name: jobMounts.tmp.name, emptyDir: {} };

/** @param keys those alone that are used; null for all. Group-readable (0440, group 999). */
export function secretVolume(name: string, secretName: string, keys: readonly string[] | null): Volume {
	const items = keys === null ? {} : { items: keys.map((key) => ({ key, path: key })) };
	return { name, secret: { secretName, defaultMode: 0o440, ...items } };
}
