/** The pod of one watchdog. */
import type * as k8s from "@pulumi/kubernetes";
import { type Place, settingsName, watchdogName, watchdogPort } from "../naming.ts";
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

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** What the watchdog's pods are made of. */
export interface WatchdogShape {
	readonly place: Place;
	readonly image: string;
	readonly resources: Resources;
	readonly separation: Separation;
	readonly priorityClass?: string | undefined;
}

const probe = (path: string) => ({ httpGet: { path, port: "http" } });

export function watchdogPod(shape: WatchdogShape): PodSpec {
	return {
		serviceAccountName: watchdogName,
		enableServiceLinks: false,
		terminationGracePeriodSeconds: 15,
		securityContext: podSecurity,
		tolerations,
		// Never all in one zone, where there are two: the one that fails over must not be lost with the primary.
		...apart(shape.place, "watchdog", shape.separation, "required"),
		...(shape.priorityClass ? { priorityClassName: shape.priorityClass } : {}),
		containers: [
			{
				name: "watchdog",
				image: shape.image,
				imagePullPolicy: "IfNotPresent",
				args: ["watchdog"],
				env: downward({
					POD_NAME: "metadata.name",
					POD_NAMESPACE: "metadata.namespace",
					POD_IP: "status.podIP",
					NODE_NAME: "spec.nodeName",
				}),
				ports: [{ name: "http", containerPort: watchdogPort, protocol: "TCP" }],
				resources: guaranteed(shape.resources),
				securityContext: containerSecurity,
				startupProbe: { ...probe("/livez"), periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 120 },
				readinessProbe: { ...probe("/readyz"), periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 },
				livenessProbe: { ...probe("/livez"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
				volumeMounts: [
					{ name: "settings", mountPath: "/etc/mysql-dr/settings", readOnly: true },
					{ name: "tmp", mountPath: "/tmp" },
				],
			},
		],
		volumes: [
			{ name: "settings", configMap: { name: settingsName } },
			{ name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
		],
	};
}
