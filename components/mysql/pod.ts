/** The pod of one MySQL instance: prepared by the runtime, initialised once, then mysqld alone. */
import type * as k8s from "@pulumi/kubernetes";
import type { Duration } from "../../objectives/index.ts";
import { adminPort, claimTemplate, mysqlPort, type Place, settingsName, volumesName } from "../naming.ts";
import {
	apart,
	containerSecurity,
	downward,
	guaranteed,
	podSecurity,
	type Resources,
	type Separation,
	tolerations,
} from "../podSecurity.ts";
import { livenessProbe, readinessProbe, startupProbe } from "./probes.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** What the pods of a database are made of. */
export interface InstanceShape {
	readonly place: Place;
	/** Runs mysqld: the official image, or the runtime image. */
	readonly image: string;
	/** Runs `mysql-dr`. */
	readonly runtimeImage: string;
	/** Of each container; the pod as a whole needs them once, as its containers run one after the other. */
	readonly resources: Resources;
	readonly separation: Separation;
	/** Names of the Secrets that hold the accounts' passwords and the certificates. */
	readonly credentials: string;
	readonly certificates: string;
	readonly priorityClass?: string | undefined;
	/** For how long a switchover waits for writers, once for what is open and once for what still runs. */
	readonly drainLimit: Duration;
}

const mounts = {
	data: { name: claimTemplate, mountPath: "/var/lib/mysql-dr" },
	run: { name: "run", mountPath: "/run/mysql-dr" },
	tmp: { name: "tmp", mountPath: "/tmp" },
	settings: { name: "settings", mountPath: "/etc/mysql-dr/settings", readOnly: true },
	credentials: { name: "credentials", mountPath: "/etc/mysql-dr/credentials", readOnly: true },
	volumes: { name: "volumes", mountPath: "/etc/mysql-dr/volumes", readOnly: true },
	certificates: { name: "tls", mountPath: "/etc/mysql-dr/tls", readOnly: true },
} as const satisfies Record<string, VolumeMount>;

/** Beyond the writers' time: for the switchover itself. */
const switchSeconds = 15;
/** Time for a clean stop: InnoDB writes back what it must. mysqld is killed after it, and recovers at its next start. */
const stopSeconds = 60;

/**
 * One process namespace, so that the drills and the watchdog's repairs can see mysqld from a debug container.
 * No service account token: an instance never talks to Kubernetes.
 */
export function instancePod(shape: InstanceShape): PodSpec {
	return {
		automountServiceAccountToken: false,
		enableServiceLinks: false,
		shareProcessNamespace: true,
		terminationGracePeriodSeconds: leaveSeconds(shape) + stopSeconds,
		securityContext: podSecurity,
		tolerations,
		...apart(shape.place, "database", shape.separation),
		...(shape.priorityClass ? { priorityClassName: shape.priorityClass } : {}),
		initContainers: [prepare(shape), initialise(shape)],
		containers: [mysql(shape)],
		volumes: volumes(shape),
	};
}

/** Writes configuration, start scripts and the first SQL; the only container that sees passwords as files. */
function prepare(shape: InstanceShape): Container {
	return {
		...contained("prepare", shape.runtimeImage, shape.resources),
		args: ["instance", "prepare"],
		env: downward({
			POD_NAME: "metadata.name",
			POD_NAMESPACE: "metadata.namespace",
			POD_IP: "status.podIP",
		}),
		volumeMounts: [mounts.run, mounts.tmp, mounts.settings, mounts.credentials, mounts.certificates],
	};
}

/** Makes the data directory, if there is none, beside its final name and renames it when it is whole. */
function initialise(shape: InstanceShape): Container {
	return {
		...contained("initialise", shape.image, shape.resources),
		command: ["sh", "/run/mysql-dr/initialise.sh"],
		volumeMounts: [mounts.data, mounts.run, mounts.tmp, mounts.volumes, mounts.certificates],
	};
}

/** mysqld itself: the image's entrypoint is not relied on. */
function mysql(shape: InstanceShape): Container {
	return {
		...contained("mysql", shape.image, shape.resources),
		command: ["sh", "/run/mysql-dr/start.sh"],
		ports: [
			{ name: "mysql", containerPort: mysqlPort, protocol: "TCP" },
			{ name: "admin", containerPort: adminPort, protocol: "TCP" },
		],
		lifecycle: { preStop: { exec: { command: ["sh", "/run/mysql-dr/leave.sh", `${leaveSeconds(shape)}`] } } },
		startupProbe,
		readinessProbe,
		livenessProbe,
		volumeMounts: [mounts.data, mounts.run, mounts.tmp, mounts.certificates],
	};
}

/** A primary that is to end stays for as long at most, so that the watchdog can move it away first. */
const leaveSeconds = ({ drainLimit }: InstanceShape): number => Math.ceil((2 * drainLimit) / 1000) + switchSeconds;

function contained(name: string, image: string, resources: Resources): Container {
	return {
		name,
		image,
		imagePullPolicy: "IfNotPresent",
		resources: guaranteed(resources),
		securityContext: containerSecurity,
	};
}

/** Group-readable Secrets (0440, group 999); what `prepare` makes of them stays in memory. */
function volumes(shape: InstanceShape): NonNullable<PodSpec["volumes"]> {
	return [
		{ name: mounts.run.name, emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
		{ name: mounts.tmp.name, emptyDir: {} },
		{ name: mounts.settings.name, configMap: { name: settingsName } },
		{ name: mounts.volumes.name, configMap: { name: volumesName, optional: true } },
		{ name: mounts.credentials.name, secret: { secretName: shape.credentials, defaultMode: 0o440 } },
		{ name: mounts.certificates.name, secret: { secretName: shape.certificates, defaultMode: 0o440 } },
	];
}
