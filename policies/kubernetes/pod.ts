/** The pods that a workload is made of. */
import type * as k8s from "@pulumi/kubernetes";
import type { Declared } from "../frame/declared.ts";
import { kindOf, kinds } from "./kinds.ts";
import type { Labels } from "./selector.ts";

/** What was declared may lack any part; what Kubernetes would fill in is not there yet. */
type Partly<Value> = Value extends readonly (infer Item)[]
	? readonly Partly<Item>[]
	: Value extends object
		? { readonly [Key in keyof Value]?: Partly<Value[Key]> }
		: Value;

export type PodSpec = Partly<k8s.types.output.core.v1.PodSpec>;
export type Container = Partly<k8s.types.output.core.v1.Container>;
export type Probe = Partly<k8s.types.output.core.v1.Probe>;

/** Where in each kind the pod is described. */
const places: Readonly<Record<string, string>> = {
	Pod: "",
	Job: "spec.template",
	CronJob: "spec.jobTemplate.spec.template",
	StatefulSet: "spec.template",
	Deployment: "spec.template",
	DaemonSet: "spec.template",
	ReplicaSet: "spec.template",
	ReplicationController: "spec.template",
};

/** Kinds whose pods run until somebody ends them. */
const lasting = new Set(["Pod", "StatefulSet", "Deployment", "DaemonSet", "ReplicaSet", "ReplicationController"]);

/** Whether resources of this type are made of pods. */
export const hasPods = kinds(...Object.keys(places));

export interface Pods {
	readonly resource: Declared;
	readonly kind: string;
	/** Whether they run until somebody ends them; jobs do not. */
	readonly lasting: boolean;
	readonly labels: Labels;
	readonly spec: PodSpec;
	/** Path of the pod's specification in the resource: `spec.template.spec`. */
	readonly path: string;
}

/** The pods of a resource of these kinds. */
export function podsOf(resource: Declared): Pods {
	const kind = kindOf(resource.type);
	const place = places[kind] ?? "";
	const template = place
		.split(".")
		.filter((key) => key !== "")
		.reduce((part, key) => part?.[key], resource.props);
	return {
		resource,
		kind,
		lasting: lasting.has(kind),
		labels: template?.metadata?.labels ?? {},
		spec: template?.spec ?? {},
		path: place === "" ? "spec" : `${place}.spec`,
	};
}

/** A container and the path of it in the resource. */
export interface ContainerAt {
	readonly container: Container;
	readonly path: string;
}

/** The containers that run side by side, sidecars (init containers that are restarted always) too. */
export function containersOf({ spec, path }: Pods): ContainerAt[] {
	const sidecars = at(spec.initContainers, `${path}.initContainers`).filter(
		({ container }) => container.restartPolicy === "Always",
	);
	return [...at(spec.containers, `${path}.containers`), ...sidecars];
}

/** All of them, also those that run before the others. */
export function allContainersOf(pods: Pods): ContainerAt[] {
	const { spec, path } = pods;
	return [...at(spec.initContainers, `${path}.initContainers`), ...at(spec.containers, `${path}.containers`)];
}

function at(containers: PodSpec["containers"], path: string): ContainerAt[] {
	return (containers ?? []).map((container, index) => ({ container, path: `${path}[${index}]` }));
}
