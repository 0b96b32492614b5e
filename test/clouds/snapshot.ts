/** What would be made, as text that people review: every resource with its inputs, in an order that does not depend on the engine's. */
import { stringify } from "yaml";
import { unknownValue } from "../doubles/check.ts";
import type { PreviewedResource } from "./preview.ts";

/**
 * How much of Kubernetes' own objects is shown, which are reviewed elsewhere. `clouds`: what the cloud knows of them: accounts,
 * classes of storage, and Services with what they tell its load balancers. `all`: besides those the names of all others.
 */
export type ShownKubernetes = "clouds" | "all";

export function snapshotOf(resources: readonly PreviewedResource[], kubernetes: ShownKubernetes = "clouds"): string {
	const own = resources.filter((one) => one.custom && !one.type.startsWith("pulumi:providers:kubernetes"));
	const entries = own.flatMap((one) => entryOf(one, kubernetes));
	const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
	return stringify(Object.fromEntries(sorted), { lineWidth: 0, sortMapEntries: true, aliasDuplicateObjects: false });
}

type Entry = readonly [title: string, content: unknown];

function entryOf(resource: PreviewedResource, kubernetes: ShownKubernetes): Entry[] {
	if (!resource.type.startsWith("kubernetes:")) return [[titleOf(resource), contentOf(resource)]];
	if (/:ServiceAccount$|StorageClass|VolumeSnapshotClass/.test(resource.type))
		return [[titleOf(resource), contentOf(resource)]];
	if (resource.type === "kubernetes:core/v1:Service") return service(resource, kubernetes);
	return kubernetes === "all" ? [[titleOf(resource), placeOf(resource)]] : [];
}

interface KubernetesInputs {
	readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown; readonly annotations?: object };
	readonly spec?: { readonly type?: unknown };
}

function service(resource: PreviewedResource, kubernetes: ShownKubernetes): Entry[] {
	const { metadata, spec } = resource.inputs as KubernetesInputs;
	const balanced = spec?.type === "LoadBalancer";
	if (!balanced && kubernetes !== "all") return [];
	const annotations = balanced ? { annotations: metadata?.annotations ?? {} } : {};
	return [[titleOf(resource), { ...placeOf(resource), type: spec?.type ?? "ClusterIP", ...annotations }]];
}

function placeOf({ inputs }: PreviewedResource) {
	const { metadata } = inputs as KubernetesInputs;
	return { name: metadata?.name ?? null, namespace: metadata?.namespace ?? null };
}

const titleOf = ({ urn, type }: PreviewedResource): string => `${type} ${urn.split("::").at(-1)}`;

function contentOf({ inputs, protect, retainOnDelete }: PreviewedResource) {
	const kept = [...(protect ? ["protected"] : []), ...(retainOnDelete ? ["retained"] : [])];
	return { ...(readable(inputs) as object), ...(kept.length > 0 ? { $kept: kept.join(", ") } : {}) };
}

/** Policies as what they say, not as one line of JSON; what is not known yet as such. */
function readable(value: unknown): unknown {
	if (value === unknownValue) return "(known after it is made)";
	if (typeof value === "string") return parsed(value);
	if (Array.isArray(value)) return value.map(readable);
	if (typeof value !== "object" || value === null) return value;
	const entries = Object.entries(value).filter(([key]) => key !== "__internal");
	return Object.fromEntries(entries.map(([key, entry]) => [key, readable(entry)]));
}

function parsed(text: string): unknown {
	if (!/^[[{]/.test(text)) return text;
	try {
		return readable(JSON.parse(text));
	} catch {
		return text;
	}
}
