/** The server of a clone, as objects: one instance, one address, the passwords' names alone. Pure. */
import type { V1ConfigMap, V1Container, V1PodSpec, V1Service, V1StatefulSet, V1Volume } from "@kubernetes/client-node";
import type { Settings } from "../../objectives/settings.ts";
import { secretNames } from "../credentials/ensureCredentials.ts";
import { jobPaths } from "../instance/jobPlace.ts";
import { snapshotWords } from "../restore/base.ts";
import { cloneAccounts } from "./cloneAccounts.ts";
import { type CloneFacts, cloneLabels, cloneServerName } from "./cloneFacts.ts";
import { servingFile } from "./clonePlace.ts";
import { claimName } from "./cloneStorage.ts";

export const cloneContainer = "clone";
const settingsName = "mysql-settings";
const port = 3306;
/** Of our own process beside mysqld. */
const ownMemory = 192 * 2 ** 20;
/** More than the server is given to end cleanly. */
const graceSeconds = 60;

/** The user and group of the runtime image; components/podSecurity.ts declares the same. */
export const podSecurity = {
	runAsNonRoot: true,
	runAsUser: 999,
	runAsGroup: 999,
	fsGroup: 999,
	fsGroupChangePolicy: "OnRootMismatch",
	seccompProfile: { type: "RuntimeDefault" },
};

export const containerSecurity = {
	allowPrivilegeEscalation: false,
	readOnlyRootFilesystem: true,
	capabilities: { drop: ["ALL"] },
};

/** The database's, without its stores, and without any name of a Secret of its own. */
export function cloneSettings({ name, settings }: CloneFacts): V1ConfigMap {
	const { backup, ...shared } = settings;
	const own: Settings = {
		...shared,
		namespace: name,
		members: 1,
		contacts: [],
		credentialsManaged: true,
		credentialsSecret: secretNames.passwords,
		tlsManaged: true,
		tlsSecret: secretNames.tls,
		stores: [],
		backup: { keySecret: secretNames.backupKey, keyManaged: false, scratchBytes: backup.scratchBytes, checks: [] },
		snapshots: {},
	};
	return {
		apiVersion: "v1",
		kind: "ConfigMap",
		metadata: { name: settingsName, namespace: name, labels: cloneLabels("database") },
		data: { "settings.json": JSON.stringify(own) },
	};
}

export function cloneService({ name }: CloneFacts): V1Service {
	return {
		apiVersion: "v1",
		kind: "Service",
		metadata: { name: cloneServerName, namespace: name, labels: cloneLabels("database") },
		spec: {
			selector: cloneLabels("database"),
			ports: [{ name: "mysql", port, targetPort: port, protocol: "TCP" }],
		},
	};
}

/** A StatefulSet, though there is one volume: of its pods never two run at once, whatever becomes of a node. */
export function cloneServer(facts: CloneFacts): V1StatefulSet {
	const labels = cloneLabels("database");
	return {
		apiVersion: "apps/v1",
		kind: "StatefulSet",
		metadata: { name: cloneServerName, namespace: facts.name, labels },
		spec: {
			replicas: 1,
			serviceName: cloneServerName,
			selector: { matchLabels: labels },
			template: { metadata: { labels }, spec: pod(facts) },
		},
	};
}

function pod(facts: CloneFacts): V1PodSpec {
	const { from } = facts;
	return {
		affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [awayFromPrimary(from)] } },
		automountServiceAccountToken: false,
		enableServiceLinks: false,
		terminationGracePeriodSeconds: graceSeconds,
		securityContext: podSecurity,
		containers: [container(facts)],
		volumes: volumes(),
	};
}

/** What a test takes of a node, the primary should not lack. */
function awayFromPrimary(namespace: string) {
	const labelSelector = { matchLabels: { "mysql-dr/role": "primary" } };
	return {
		weight: 100,
		podAffinityTerm: { topologyKey: "kubernetes.io/hostname", namespaces: [namespace], labelSelector },
	};
}

/** As much memory as an instance has, so that queries are as fast; CPU as far as nobody else wants it. */
function container({ settings, image, snapshot, keepAccounts, events }: CloneFacts): V1Container {
	const memory = `${Math.ceil((settings.memory + ownMemory) / 2 ** 20)}Mi`;
	const wishes = [...(keepAccounts ? ["--keep-accounts"] : []), ...(events ? ["--events"] : [])];
	return {
		name: cloneContainer,
		image,
		imagePullPolicy: "IfNotPresent",
		args: ["job", "clone", "--snapshot", snapshotWords(snapshot, true), ...wishes],
		ports: [{ name: "mysql", containerPort: port, protocol: "TCP" }],
		// Its own process has asked it, with a password, before the file is there.
		readinessProbe: { exec: { command: ["sh", "-c", `test -e ${servingFile}`] }, periodSeconds: 1, timeoutSeconds: 5 },
		resources: { requests: { cpu: "100m", memory }, limits: { memory } },
		securityContext: containerSecurity,
		volumeMounts: [
			{ name: "settings", mountPath: "/etc/mysql-dr/settings", readOnly: true },
			{ name: "credentials", mountPath: jobPaths.credentials, readOnly: true },
			{ name: "tls", mountPath: jobPaths.tls, readOnly: true },
			{ name: claimName, mountPath: jobPaths.volume },
			{ name: "tmp", mountPath: jobPaths.temporary },
		],
	};
}

function volumes(): V1Volume[] {
	const mode = { defaultMode: 0o440 };
	const accounts = { items: cloneAccounts.map((key) => ({ key, path: key })) };
	return [
		{ name: "settings", configMap: { name: settingsName } },
		{ name: "credentials", secret: { secretName: secretNames.passwords, ...mode, ...accounts } },
		{ name: "tls", secret: { secretName: secretNames.tls, ...mode } },
		{ name: claimName, persistentVolumeClaim: { claimName } },
		{ name: "tmp", emptyDir: {} },
	];
}
