/** What makes a pod pass the "restricted" Pod Security Standard, and how it is placed and sized. */
import type * as k8s from "@pulumi/kubernetes";
import type { Part, Place } from "./naming.ts";
import { labels, nodeLabel, zoneLabel } from "./naming.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;

/** The user and group `mysql` of the official image, of Debian's packages and of the runtime image. */
const mysqlUser = 999;

/** CPU and memory of a container. */
export interface Resources {
	/** As Kubernetes writes it: `500m`, `2`. */
	readonly cpu: string;
	/** As Kubernetes writes it: `640Mi`, `4Gi`. */
	readonly memory: string;
}

/** @returns requests that equal the limits: with every container so, the pod is Guaranteed and is evicted last. */
export function guaranteed(resources: Resources): NonNullable<Container["resources"]> {
	const amount = { cpu: resources.cpu, memory: resources.memory };
	return { requests: { ...amount }, limits: { ...amount } };
}

/** An amount of CPU as the API server writes it (`1`, `1500m`), so that what is read back equals what was declared. */
export function canonicalCpu(amount: string): string {
	const thousandths = Math.round(amount.endsWith("m") ? Number(amount.slice(0, -1)) : Number(amount) * 1000);
	return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** The container's part of the "restricted" standard, and a root file system that nothing can write to. */
export const containerSecurity = {
	allowPrivilegeEscalation: false,
	readOnlyRootFilesystem: true,
	capabilities: { drop: ["ALL"] },
} as const satisfies Container["securityContext"];

/** The pod's part. A volume's owner is changed only where it is wrong: a large one would take minutes each time. */
export const podSecurity = {
	runAsNonRoot: true,
	runAsUser: mysqlUser,
	runAsGroup: mysqlUser,
	fsGroup: mysqlUser,
	fsGroupChangePolicy: "OnRootMismatch",
	seccompProfile: { type: "RuntimeDefault" },
} as const satisfies PodSpec["securityContext"];

/** The labels by which a namespace enforces that standard. */
export const restrictedNamespace = {
	"pod-security.kubernetes.io/enforce": "restricted",
	"pod-security.kubernetes.io/warn": "restricted",
} as const;

/** Seconds that a pod stays bound to a node that is gone; Kubernetes would give it 300. */
const awaySeconds = 30;

/** Leave a dead node soon. */
export const tolerations: NonNullable<PodSpec["tolerations"]> = ["not-ready", "unreachable"].map((state) => ({
	key: `node.kubernetes.io/${state}`,
	operator: "Exists",
	effect: "NoExecute",
	tolerationSeconds: awaySeconds,
}));

/** Whether two pods of one part may share a zone at all (`preferred`) or never (`required`). */
export type Separation = "required" | "preferred";

/**
 * One pod a zone. *Required* for critical: with a mere preference all of them were seen to land in one zone while
 * the others were slow to come, and nothing moves them afterwards.
 * @param spread whether they must be as even over the zones as there are zones; a zone may then have two
 */
export function apart(
	place: Place,
	part: Part,
	separation: Separation,
	spread: Separation = separation,
): Pick<PodSpec, "affinity" | "topologySpreadConstraints"> {
	const labelSelector = { matchLabels: labels(place, part) };
	const zone = { topologyKey: zoneLabel, labelSelector };
	const node = { topologyKey: nodeLabel, labelSelector };
	const podAntiAffinity =
		separation === "required"
			? { requiredDuringSchedulingIgnoredDuringExecution: [zone] }
			: {
					preferredDuringSchedulingIgnoredDuringExecution: [
						{ weight: 100, podAffinityTerm: zone },
						{ weight: 50, podAffinityTerm: node },
					],
				};
	const whenUnsatisfiable = spread === "required" ? "DoNotSchedule" : "ScheduleAnyway";
	return {
		affinity: { podAntiAffinity },
		topologySpreadConstraints: [{ maxSkew: 1, topologyKey: zoneLabel, whenUnsatisfiable, labelSelector }],
	};
}

/** @returns environment variables that the kubelet fills from the pod: where it is and what it is called. */
export function downward(fields: Record<string, string>): NonNullable<Container["env"]> {
	return Object.entries(fields).map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } }));
}
