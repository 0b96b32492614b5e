import { each } from "../frame/notKnown.ts";
import { type Finding, resourceRule } from "../frame/rule.ts";
import { kinds } from "../kubernetes/kinds.ts";
import { hasPods, podsOf } from "../kubernetes/pod.ts";

/** The zone of a node, of a volume. */
export const zoneLabel = "topology.kubernetes.io/zone";

/** Labels that Kubernetes gave up, and what is there instead. */
const gone: Readonly<Record<string, string>> = {
	"failure-domain.beta.kubernetes.io/zone": zoneLabel,
	"failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
	"failure-domain.kubernetes.io/zone": zoneLabel,
	"failure-domain.kubernetes.io/region": "topology.kubernetes.io/region",
};

/** Of zones, those. */
export const removedZoneLabels: readonly string[] = Object.keys(gone).filter((label) => gone[label] === zoneLabel);

const storage = kinds("PersistentVolume", "StorageClass");

/** Judged of all pods, servers or not: a label that no node has never does what was meant. */
export const currentZoneLabel = resourceRule({
	name: "current-zone-label",
	family: "topology",
	what: "Zones and regions are named by their current labels.",
	why: {
		reason:
			"No node has the label failure-domain.beta.kubernetes.io/zone any more. A preference for it does nothing without a word, and a requirement leaves every pod pending.",
		source: "https://kubernetes.io/docs/reference/labels-annotations-taints/#failure-domainbetakubernetesiozone",
	},
	fix: `Write ${zoneLabel} (or topology.kubernetes.io/region); remediation does, where it is the value of a key.`,
	severity: "critical",
	of: (type) => hasPods(type) || storage(type),
	*judge(resource) {
		const { props } = resource;
		if (storage(resource.type)) {
			yield* named(props.spec?.nodeAffinity, "spec.nodeAffinity");
			yield* named(props.allowedTopologies, "allowedTopologies");
			yield* labelled(props.metadata?.labels, "metadata.labels");
			return;
		}
		const { spec, path } = podsOf(resource);
		const places = [
			() => named(spec.affinity, `${path}.affinity`),
			() => named(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`),
			() => labelled(spec.nodeSelector, `${path}.nodeSelector`),
		];
		yield* each(places, (look) => look());
	},
});

/** Every `key` or `topologyKey` of such a name, wherever it is. */
function* named(value: unknown, path: string): Generator<Finding> {
	if (typeof value !== "object" || value === null) return;
	yield* each(Object.keys(value), function* (key) {
		const inner = (value as Record<string, unknown>)[key];
		const setting = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
		if (/^(topologyKey|key)$/.test(key) && typeof inner === "string") yield* refused(inner, setting, true);
		else yield* named(inner, setting);
	});
}

function* labelled(labels: object | undefined, setting: string): Generator<Finding> {
	for (const label of Object.keys(labels ?? {})) yield* refused(label, setting);
}

/** @param value whether the label is the setting's value, which can be written, and not its name */
function* refused(label: string, setting: string, value = false): Generator<Finding> {
	const current = gone[label];
	if (!current) return;
	const mend = value ? { mend: current } : {};
	yield { setting, value: label, remedy: `nodes have it no more: write ${current}`, ...mend };
}
