/** How a clone ends by itself: a job of its own looks at its time, with an account that may delete this namespace and nothing else. Pure. */
import type {
	V1ClusterRole,
	V1ClusterRoleBinding,
	V1CronJob,
	V1OwnerReference,
	V1ServiceAccount,
} from "@kubernetes/client-node";
import { type CloneFacts, cloneLabels, expiryName } from "./cloneFacts.ts";
import { containerSecurity, podSecurity } from "./clonePod.ts";

/** A clone outlives its time by as much at most, and a job's start. */
const everyFiveMinutes = "*/5 * * * *";
const rbac = "rbac.authorization.k8s.io";

export interface EndObjects {
	readonly account: V1ServiceAccount;
	readonly role: V1ClusterRole;
	readonly binding: V1ClusterRoleBinding;
	readonly job: V1CronJob;
}

/** @param owner the clone's namespace: role and binding are the cluster's, and go with it */
export function endObjects(facts: CloneFacts, owner: V1OwnerReference): EndObjects {
	const { name } = facts;
	const labels = cloneLabels("expiry");
	const clusterWide = { name: `mysql-dr:clone:${name}`, labels, ownerReferences: [owner] };
	return {
		account: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: expiryName, namespace: name, labels } },
		role: {
			apiVersion: `${rbac}/v1`,
			kind: "ClusterRole",
			metadata: clusterWide,
			rules: [{ apiGroups: [""], resources: ["namespaces"], resourceNames: [name], verbs: ["get", "delete"] }],
		},
		binding: {
			apiVersion: `${rbac}/v1`,
			kind: "ClusterRoleBinding",
			metadata: clusterWide,
			roleRef: { apiGroup: rbac, kind: "ClusterRole", name: clusterWide.name },
			subjects: [{ kind: "ServiceAccount", name: expiryName, namespace: name }],
		},
		job: cronJob(facts),
	};
}

function cronJob({ name, image }: CloneFacts): V1CronJob {
	const labels = cloneLabels("expiry");
	return {
		apiVersion: "batch/v1",
		kind: "CronJob",
		metadata: { name: expiryName, namespace: name, labels },
		spec: {
			schedule: everyFiveMinutes,
			concurrencyPolicy: "Forbid",
			successfulJobsHistoryLimit: 0,
			failedJobsHistoryLimit: 1,
			jobTemplate: {
				metadata: { labels },
				spec: {
					backoffLimit: 0,
					activeDeadlineSeconds: 120,
					template: { metadata: { labels }, spec: pod(image) },
				},
			},
		},
	};
}

function pod(image: string) {
	return {
		serviceAccountName: expiryName,
		restartPolicy: "Never",
		enableServiceLinks: false,
		securityContext: podSecurity,
		containers: [
			{
				name: "job",
				image,
				imagePullPolicy: "IfNotPresent",
				args: ["job", "clone-expiry"],
				env: [{ name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }],
				resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { memory: "256Mi" } },
				securityContext: containerSecurity,
				volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
			},
		],
		volumes: [{ name: "tmp", emptyDir: {} }],
	};
}
