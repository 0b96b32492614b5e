/** What a watchdog may do in Kubernetes: its own objects by name, and nothing that it does not change. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { anyNameAnnotation } from "../../objectives/index.ts";
import {
	claimName,
	damageName,
	databaseName,
	metadata,
	type Place,
	pauseName,
	podNames,
	primaryName,
	recordName,
	requestName,
	snapshotGroup,
	volumesName,
	watchdogName,
} from "../naming.ts";

type PolicyRule = k8s.types.input.rbac.v1.PolicyRule;

/** What it makes and keeps up to date. */
function own(apiGroup: string, resource: string, names: readonly string[]) {
	return [change(apiGroup, resource, names), create(apiGroup, resource)];
}

function change(apiGroup: string, resource: string, names: readonly string[]) {
	const readable = read(apiGroup, resource, names);
	return { ...readable, verbs: [...readable.verbs, "update", "patch"] };
}

function read(apiGroup: string, resource: string, names: readonly string[]) {
	return { apiGroups: [apiGroup], resources: [resource], resourceNames: [...names], verbs: ["get", "list", "watch"] };
}

/** Cannot be limited to names: the object has none yet when it is judged. */
function create(apiGroup: string, resource: string) {
	return { apiGroups: [apiGroup], resources: [resource], verbs: ["create"] };
}

/** Names of the Secrets that the watchdog makes and renews, and of those that it only reads. */
export interface WatchdogSecrets {
	readonly managed: readonly string[];
	readonly existing: readonly string[];
}

/** The rules of the Role in the database's namespace. */
export function watchdogRules(instances: number, secrets: WatchdogSecrets): PolicyRule[] {
	const pods = podNames(instances);
	return [
		{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
		{ apiGroups: [""], resources: ["pods"], resourceNames: pods, verbs: ["get", "patch", "delete"] },
		...own("", "configmaps", [recordName, requestName, volumesName]),
		read("", "configmaps", [pauseName, damageName]),
		...(secrets.managed.length > 0 ? [change("", "secrets", secrets.managed)] : []),
		...(secrets.existing.length > 0 ? [read("", "secrets", secrets.existing)] : []),
		// Also with existing ones: an old primary's surplus transactions are saved in Secrets of their own.
		create("", "secrets"),
		...own("coordination.k8s.io", "leases", [watchdogName]),
		...own("discovery.k8s.io", "endpointslices", [primaryName]),
		// OpenShift asks for this before an EndpointSlice may hold addresses of pods; elsewhere it grants nothing.
		{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices/restricted"], verbs: ["create"] },
		// Rolling updates: which revision is wanted.
		{ apiGroups: ["apps"], resources: ["statefulsets"], resourceNames: [databaseName], verbs: ["get"] },
		// A replica's lost volume: its claim is given up, and the StatefulSet makes another, or the watchdog, of a snapshot.
		{
			apiGroups: [""],
			resources: ["persistentvolumeclaims"],
			resourceNames: Array.from({ length: instances }, (_, ordinal) => claimName(ordinal)),
			verbs: ["get", "patch", "delete"],
		},
		create("", "persistentvolumeclaims"),
		{ apiGroups: [snapshotGroup], resources: ["volumesnapshots"], verbs: ["get", "list"] },
		{ apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
		// Why a volume is not mounted.
		{ apiGroups: [""], resources: ["events"], verbs: ["list"] },
	];
}

/**
 * What belongs to no namespace. Nodes are read for their zones and their state; volumes for what became of a claim's, and
 * changed so that the data of one that is given up are kept (`Retain`). Their names are not known beforehand.
 */
const clusterRules: PolicyRule[] = [
	{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
	{ apiGroups: [""], resources: ["persistentvolumes"], verbs: ["get", "patch"] },
];

/** For the policy that asks for names. */
const volumesReason =
	"persistentvolumes: that of a claim which is given up is told Retain; the storage names it when the claim is bound";

/** Declares the account of the watchdogs and what it is allowed. */
export function declareAccess(name: string, place: Place, rules: PolicyRule[], opts: pulumi.CustomResourceOptions) {
	const own = metadata(place, "watchdog", watchdogName);
	const { namespace, ...everywhere } = metadata(place, "watchdog", `${watchdogName}-${place.namespace}`);
	const reasoned = { ...everywhere, annotations: { [anyNameAnnotation]: volumesReason } };
	const subjects = [{ kind: "ServiceAccount", name: watchdogName, namespace }];
	const roleRef = (kind: "Role" | "ClusterRole", role: string) => ({
		apiGroup: "rbac.authorization.k8s.io",
		kind,
		name: role,
	});
	return [
		new k8s.core.v1.ServiceAccount(name, { metadata: own }, opts),
		new k8s.rbac.v1.Role(name, { metadata: own, rules }, opts),
		new k8s.rbac.v1.RoleBinding(name, { metadata: own, subjects, roleRef: roleRef("Role", own.name) }, opts),
		new k8s.rbac.v1.ClusterRole(name, { metadata: reasoned, rules: clusterRules }, opts),
		new k8s.rbac.v1.ClusterRoleBinding(
			name,
			{ metadata: everywhere, subjects, roleRef: roleRef("ClusterRole", everywhere.name) },
			opts,
		),
	];
}
