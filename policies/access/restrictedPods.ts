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

/** Sysctls that are a pod's own, and volumes that are not a node's (Pod Security Standards, baseline and restricted). */
const ownSysctls =
	/^(kernel\.shm_rmid_forced|net\.ipv4\.(ip_local_port_range|ip_unprivileged_port_start|tcp_syncookies|ping_group_range|ip_local_reserved_ports|tcp_keepalive_time|tcp_fin_timeout|tcp_keepalive_intvl|tcp_keepalive_probes|tcp_rmem|tcp_wmem))$/;
const ownVolumes = new Set([
	...[
		"configMap",
		"csi",
		"downwardAPI",
		"emptyDir",
		"ephemeral",
		"image",
		"persistentVolumeClaim",
		"projected",
		"secret",
	],
]);

/** What a pod has of its node. */
function* nodeParts({ spec, path }: Pods): Generator<Finding> {
	for (const name of ["hostNetwork", "hostPID", "hostIPC"] as const)
		if (spec[name]) yield { setting: `${path}.${name}`, value: true, remedy: "take it away" };
	for (const [n, volume] of (spec.volumes ?? []).entries()) {
		const kind = Object.keys(volume).find((key) => key !== "name" && !ownVolumes.has(key));
		if (kind !== undefined)
			yield {
				setting: `${path}.volumes[${n}].${kind}`,
				value: volume.hostPath?.path ?? kind,
				remedy: "use a PersistentVolumeClaim or an emptyDir",
			};
	}
	for (const [n, { name = "" }] of (spec.securityContext?.sysctls ?? []).entries())
		if (!ownSysctls.test(name))
			yield { setting: `${path}.securityContext.sysctls[${n}]`, value: name, remedy: "take it away: it is the node's" };
}

function* contained(at: ContainerAt, { spec }: Pods): Generator<Finding> {
	const { container, path } = at;
	const own = container.securityContext ?? {};
	const where = `${path}.securityContext`;
	for (const [n, { hostPort }] of (container.ports ?? []).entries())
		if (hostPort)
			yield { setting: `${path}.ports[${n}].hostPort`, value: hostPort, remedy: "take it away: use a Service" };
	if (own.privileged) yield { setting: `${where}.privileged`, value: true, remedy: "take it away" };
	if (own.procMount !== undefined && own.procMount !== "Default")
		yield { setting: `${where}.procMount`, value: own.procMount, remedy: "take it away" };
	yield* capable(own, where);
	yield* inherited(own, spec.securityContext ?? {}, where);
}

type Own = NonNullable<ContainerAt["container"]["securityContext"]>;

function* capable(own: Own, where: string): Generator<Finding> {
	if (own.allowPrivilegeEscalation !== false)
		yield { setting: `${where}.allowPrivilegeEscalation`, value: own.allowPrivilegeEscalation, remedy: "set false" };
	if (!own.capabilities?.drop?.includes("ALL"))
		yield { setting: `${where}.capabilities.drop`, value: own.capabilities?.drop, remedy: 'set ["ALL"]' };
	const added = (own.capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
	if (added.length > 0) yield { setting: `${where}.capabilities.add`, value: added, remedy: "take them away" };
}

type Security = NonNullable<PodSpec["securityContext"]>;

/** What a container has of its pod, unless it says otherwise. */
function* inherited(
	own: Pick<Security, "runAsNonRoot" | "runAsUser" | "seccompProfile" | "seLinuxOptions">,
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
	const user = own.runAsUser ?? pod.runAsUser;
	if (user === 0) yield { setting: `${where}.runAsUser`, value: user, remedy: "set 999, or leave it to the image" };
	const profile = own.seccompProfile?.type ?? pod.seccompProfile?.type;
	if (profile !== "RuntimeDefault" && profile !== "Localhost")
		yield { setting: `${where}.seccompProfile.type`, value: profile, remedy: 'set "RuntimeDefault"' };
	const label = own.seLinuxOptions ?? pod.seLinuxOptions ?? {};
	if (label.user || label.role || !ownLabels.has(label.type ?? ""))
		yield {
			setting: `${where}.seLinuxOptions`,
			value: label,
			remedy: "take it away: containers have labels of their own",
		};
}

const ownLabels = new Set(["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]);
