import { each } from "../frame/notKnown.ts";
import { type Finding, resourceRule } from "../frame/rule.ts";
import { mysqlPodsOf } from "../kubernetes/actsOnMysql.ts";
import { allContainersOf, type ContainerAt, hasPods, type PodSpec, type Pods } from "../kubernetes/pod.ts";

export const restrictedPods = resourceRule({
	name: "restricted-pods",
	family: "access",
	what: 'Pods that are MySQL, or act on it, keep the Pod Security Standard "restricted".',
	why: {
		reason:
			"Whoever breaks out of a pod that runs as root, or with the node's own files, has the volumes of every database on that node.",
		source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
	},
	fix: "Set securityContext as the message says: for the pod runAsNonRoot and seccompProfile, for each container allowPrivilegeEscalation and capabilities; and take the node's namespaces and files away.",
	severity: "high",
	of: hasPods,
	*judge(resource) {
		const pods = mysqlPodsOf(resource);
		if (!pods) return;
		yield* each([nodeParts, ...allContainersOf(pods).map((at) => () => contained(at, pods))], (look) => look(pods));
	},
});

/** What a pod has of its node. */
function* nodeParts({ spec, path }: Pods): Generator<Finding> {
	for (const name of ["hostNetwork", "hostPID", "hostIPC"] as const)
		if (spec[name]) yield { setting: `${path}.${name}`, value: true, remedy: "take it away" };
	for (const [n, volume] of (spec.volumes ?? []).entries())
		if (volume.hostPath)
			yield {
				setting: `${path}.volumes[${n}].hostPath`,
				value: volume.hostPath.path,
				remedy: "use a PersistentVolumeClaim or an emptyDir",
			};
}

function* contained({ container, path }: ContainerAt, { spec }: Pods): Generator<Finding> {
	const own = container.securityContext ?? {};
	const where = `${path}.securityContext`;
	if (own.privileged) yield { setting: `${where}.privileged`, value: true, remedy: "take it away" };
	if (own.allowPrivilegeEscalation !== false)
		yield { setting: `${where}.allowPrivilegeEscalation`, value: own.allowPrivilegeEscalation, remedy: "set false" };
	if (!own.capabilities?.drop?.includes("ALL"))
		yield { setting: `${where}.capabilities.drop`, value: own.capabilities?.drop, remedy: 'set ["ALL"]' };
	const added = (own.capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
	if (added.length > 0) yield { setting: `${where}.capabilities.add`, value: added, remedy: "take them away" };
	yield* inherited(own, spec.securityContext ?? {}, where);
}

type Security = NonNullable<PodSpec["securityContext"]>;

/** What a container has of its pod, unless it says otherwise. */
function* inherited(
	own: Pick<Security, "runAsNonRoot" | "seccompProfile">,
	pod: Security,
	where: string,
): Generator<Finding> {
	const runAsNonRoot = own.runAsNonRoot ?? pod.runAsNonRoot;
	if (runAsNonRoot !== true)
		yield {
			setting: `${where}.runAsNonRoot`,
			value: runAsNonRoot,
			remedy: "set true, with runAsUser 999, the user mysql of the official images",
		};
	const profile = own.seccompProfile?.type ?? pod.seccompProfile?.type;
	if (profile !== "RuntimeDefault" && profile !== "Localhost")
		yield { setting: `${where}.seccompProfile.type`, value: profile, remedy: 'set "RuntimeDefault"' };
}
