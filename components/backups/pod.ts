/** The pods of archiver and jobs: the runtime image, an empty volume of their own, and the secrets that each needs. */
import type * as k8s from "@pulumi/kubernetes";
import { formatSize, type Size } from "../../objectives/index.ts";
import {
	adminPort,
	archiveName,
	archivePort,
	backupName,
	labels,
	mysqlPort,
	type Place,
	roleLabel,
	settingsName,
} from "../naming.ts";
import { containerSecurity, downward, podSecurity, tolerations } from "../podSecurity.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;

/** What all of them are made of. */
export interface BackupPodShape {
	readonly place: Place;
	/** The runtime image: it has mysqld, mysqlbinlog, mysqldump and restic besides `mysql-dr`. */
	readonly image: string;
	readonly secrets: { readonly credentials: string; readonly certificates: string; readonly backupKey: string };
	/** Of the volume: scratch, or the archiver's spool. */
	readonly volume: Size;
	readonly storageClass?: string | undefined;
	/** As Kubernetes writes it: `256Mi`. */
	readonly memory: string;
	readonly priorityClass?: string | undefined;
}

/** Which secrets a pod sees. */
interface Sight {
	/** Accounts whose passwords are mounted; null for all of them: a restored copy is given all. */
	readonly accounts: readonly string[] | null;
	/** Whether it serves MySQL, and so has the instances' certificate with its key; else only the authority's. */
	readonly serves: boolean;
}

/** Time for a job to stop its mysqld and to let go of the repository. */
const stopSeconds = 90;

/** The archiver: one, since two would race for the same segment, and only one of them would get it. */
export function archiverPod(shape: BackupPodShape): PodSpec {
	const probe = (path: string) => ({ httpGet: { path, port: "http" } });
	const container: Container = {
		...contained("archiver", shape, ["archiver"]),
		ports: [{ name: "http", containerPort: archivePort, protocol: "TCP" }],
		startupProbe: { ...probe("/livez"), periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 120 },
		readinessProbe: { ...probe("/readyz"), periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 },
		livenessProbe: { ...probe("/livez"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
	};
	const sight = { accounts: ["archive", "monitor"], serves: false };
	return { ...pod(shape, container, sight), serviceAccountName: archiveName, terminationGracePeriodSeconds: 30 };
}

/** A job that makes, keeps or tries backups. */
export function jobPod(shape: BackupPodShape, args: readonly string[]): PodSpec {
	const accounts = args.includes("validate") ? null : ["clone", "monitor", "backup"];
	return job(shape, contained("job", shape, args), { accounts, serves: false });
}

/** A job that restores; it serves the restored copy where it is asked to. */
export function restorePod(shape: BackupPodShape, args: readonly string[]): PodSpec {
	const ports = [
		{ name: "mysql", containerPort: mysqlPort, protocol: "TCP" },
		{ name: "admin", containerPort: adminPort, protocol: "TCP" },
	];
	return job(shape, { ...contained("job", shape, args), ports }, { accounts: null, serves: true });
}

function job(shape: BackupPodShape, container: Container, sight: Sight): PodSpec {
	return {
		...pod(shape, container, sight),
		serviceAccountName: backupName,
		restartPolicy: "Never",
		terminationGracePeriodSeconds: stopSeconds,
	};
}

function pod(shape: BackupPodShape, container: Container, sight: Sight): PodSpec {
	return {
		enableServiceLinks: false,
		securityContext: podSecurity,
		tolerations,
		affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [awayFromPrimary(shape.place)] } },
		...(shape.priorityClass ? { priorityClassName: shape.priorityClass } : {}),
		containers: [container],
		volumes: volumes(shape, sight),
	};
}

/** What a backup takes of a node's disk and network, the primary should not lack. */
function awayFromPrimary(place: Place) {
	const labelSelector = { matchLabels: { ...labels(place, "database"), [roleLabel]: "primary" } };
	return { weight: 100, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector } };
}

/** A small share of the CPU and no limit: they take what a database beside them leaves. */
function contained(name: string, { image, memory }: BackupPodShape, args: readonly string[]): Container {
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
		volumeMounts: [
			{ name: "settings", mountPath: "/etc/mysql-dr/settings", readOnly: true },
			{ name: "credentials", mountPath: "/etc/mysql-dr/credentials", readOnly: true },
			{ name: "tls", mountPath: "/etc/mysql-dr/tls", readOnly: true },
			{ name: "backup-key", mountPath: "/etc/mysql-dr/backup-key", readOnly: true },
			{ name: "volume", mountPath: "/var/lib/mysql-dr" },
			{ name: "tmp", mountPath: "/tmp" },
		],
	};
}

function volumes(shape: BackupPodShape, { accounts, serves }: Sight): Volume[] {
	const { credentials, certificates, backupKey } = shape.secrets;
	const only = (keys: readonly string[]) => ({ items: keys.map((key) => ({ key, path: key })) });
	const mode = { defaultMode: 0o440 };
	return [
		{ name: "settings", configMap: { name: settingsName } },
		{ name: "credentials", secret: { secretName: credentials, ...mode, ...(accounts ? only(accounts) : {}) } },
		{ name: "tls", secret: { secretName: certificates, ...mode, ...(serves ? {} : only(["ca.crt"])) } },
		{ name: "backup-key", secret: { secretName: backupKey, ...mode } },
		{ name: "volume", ephemeral: { volumeClaimTemplate: claim(shape) } },
		{ name: "tmp", emptyDir: {} },
	];
}

/** Made with the pod and gone with it: what is on it can be made again. */
function claim({ place, volume, storageClass }: BackupPodShape) {
	return {
		metadata: { labels: labels(place, "backup") },
		spec: {
			accessModes: ["ReadWriteOnce"],
			...(storageClass ? { storageClassName: storageClass } : {}),
			resources: { requests: { storage: formatSize(volume) } },
		},
	};
}
