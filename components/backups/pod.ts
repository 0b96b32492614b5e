/** The pods of archiver and backup jobs: an empty volume of their own, and the secrets that each needs. */
import type * as k8s from "@pulumi/kubernetes";
import type { Size } from "../../objectives/index.ts";
import {
	type JobPodShape,
	jobContainer,
	jobEnd,
	jobMounts,
	ownVolume,
	podBesides,
	secretVolume,
	settingsVolume,
	tmpVolume,
} from "../jobPod.ts";
import { adminPort, archiveName, archivePort, backupName, mysqlPort, restoreName } from "../naming.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;

export interface BackupPodShape extends JobPodShape {
	readonly secrets: { readonly credentials: string; readonly certificates: string; readonly backupKey: string };
	/** Of the volume: scratch, or the archiver's spool. */
	readonly volume: Size;
	readonly storageClass?: string | undefined;
}

/** Which secrets a pod sees. */
interface Sight {
	/** Accounts whose passwords are mounted; null for all of them: a restored copy is given all. */
	readonly accounts: readonly string[] | null;
	/** Whether it serves MySQL, and so has the instances' certificate with its key; else only the authority's. */
	readonly serves: boolean;
}

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
	return {
		...podBesides(shape, container, volumes(shape, sight)),
		serviceAccountName: archiveName,
		terminationGracePeriodSeconds: 30,
	};
}

/** A job that makes, keeps or tries backups. */
export function jobPod(shape: BackupPodShape, args: readonly string[]): PodSpec {
	const accounts = args.includes("validate") ? null : ["clone", "monitor", "backup"];
	return job(shape, backupName, contained("job", shape, args), { accounts, serves: false });
}

/** A job that restores; it serves the restored copy where it is asked to. */
export function restorePod(shape: BackupPodShape, args: readonly string[]): PodSpec {
	const ports = [
		{ name: "mysql", containerPort: mysqlPort, protocol: "TCP" },
		{ name: "admin", containerPort: adminPort, protocol: "TCP" },
	];
	return job(shape, restoreName, { ...contained("job", shape, args), ports }, { accounts: null, serves: true });
}

function job(shape: BackupPodShape, serviceAccountName: string, container: Container, sight: Sight): PodSpec {
	return { ...jobEnd(podBesides(shape, container, volumes(shape, sight))), serviceAccountName };
}

function contained(name: string, shape: BackupPodShape, args: readonly string[]): Container {
	return jobContainer(name, shape, args, Object.values(jobMounts));
}

function volumes(shape: BackupPodShape, { accounts, serves }: Sight): Volume[] {
	const { credentials, certificates, backupKey } = shape.secrets;
	return [
		settingsVolume,
		secretVolume("credentials", credentials, accounts),
		secretVolume("tls", certificates, serves ? null : ["ca.crt"]),
		secretVolume("backup-key", backupKey, null),
		ownVolume("backup", shape),
		tmpVolume,
	];
}
