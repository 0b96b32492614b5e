/** The nodes that carry our pods: their zones, and whether one is about to go. */
import { CoreV1Api, type KubeConfig, type V1Node, type V1NodeSpec } from "@kubernetes/client-node";
import { apiDeadline } from "./apiDeadline.ts";

export interface NodeFacts {
	readonly zone: string | null;
	/** Why it is about to lose its pods; null when it is not. */
	readonly leaving: string | null;
	/** Its kubelet says so, and did a moment ago. */
	readonly ready: boolean;
}

export interface Nodes {
	/** As last read. */
	facts(name: string): NodeFacts;
	/** Reads a node that is not known yet. */
	learn(name: string): Promise<void>;
	/** Reads these again. @returns whether any changed */
	refresh(names: Iterable<string>): Promise<boolean>;
}

const zoneLabel = "topology.kubernetes.io/zone";
const unknown: NodeFacts = { zone: null, leaving: null, ready: false };
const bounded = apiDeadline(2000);

/**
 * Taints that announce that a node is to be emptied:
 * Karpenter (karpenter.sh/docs/concepts/disruption; the second was its name before v1), the cluster autoscaler
 * (kubernetes/autoscaler, utils/taints: its DeletionCandidate… is only a preference and may be taken back for good),
 * Kubernetes itself and its cloud controllers (kubernetes.io/docs/reference/labels-annotations-taints).
 */
const announced = new Set([
	"karpenter.sh/disrupted",
	"karpenter.sh/disruption",
	"ToBeDeletedByClusterAutoscaler",
	"node.kubernetes.io/unschedulable",
	"node.kubernetes.io/out-of-service",
	"node.cloudprovider.kubernetes.io/shutdown",
	"cloud.google.com/impending-node-termination",
]);

/** Pure: a cordon, an announcement, or a taint that evicts. */
export function leavingNode(spec: V1NodeSpec | undefined): string | null {
	if (spec?.unschedulable === true) return "its node is cordoned";
	const taint = spec?.taints?.find(({ key, effect }) => effect === "NoExecute" || announced.has(key));
	return taint === undefined ? null : `its node is tainted ${taint.key}`;
}

/** @param onForbidden told once that nodes may not be read: then none has a zone, and none is ever leaving */
export function nodeReader(config: KubeConfig, onForbidden: (error: unknown) => void): Nodes {
	const core = config.makeApiClient(CoreV1Api);
	const known = new Map<string, NodeFacts>();
	let forbidden = false;

	/** @returns whether it changed */
	const read = async (name: string): Promise<boolean> => {
		if (forbidden) return false;
		try {
			const before = known.get(name) ?? unknown;
			const now = nodeFacts(await bounded(`node ${name}`, core.readNode({ name })));
			known.set(name, now);
			return now.zone !== before.zone || now.leaving !== before.leaving || now.ready !== before.ready;
		} catch (error) {
			if ((error as { code?: number }).code !== 403) throw error;
			if (!forbidden) onForbidden(new Error("nodes may not be read: zones and cordons are not seen", { cause: error }));
			forbidden = true;
			return false;
		}
	};
	return {
		facts: (name) => known.get(name) ?? unknown,
		async learn(name) {
			if (!known.has(name)) await read(name);
		},
		refresh: async (names) => (await Promise.all([...new Set(names)].map(read))).includes(true),
	};
}

function nodeFacts(node: V1Node): NodeFacts {
	const ready = node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
	return { zone: node.metadata?.labels?.[zoneLabel] ?? null, leaving: leavingNode(node.spec), ready };
}
