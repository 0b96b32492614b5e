/** What the archiver and the backup jobs may do in Kubernetes: read what they follow, by name, and no more. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { anyNameAnnotation } from "../../objectives/index.ts";
import {
	type archiveName,
	backupName,
	damageName,
	jobNames,
	type Metadata,
	metadata,
	type Part,
	type Place,
	recordName,
	type restoreName,
	type snapshotName,
} from "../naming.ts";

export type PolicyRule = k8s.types.input.rbac.v1.PolicyRule;

export function named(
	apiGroup: string,
	resource: string,
	names: readonly string[],
	verbs: readonly string[],
): PolicyRule[] {
	if (names.length === 0) return [];
	return [{ apiGroups: [apiGroup], resources: [resource], resourceNames: [...names], verbs: [...verbs] }];
}

export function any(apiGroup: string, resource: string, verbs: readonly string[]): PolicyRule {
	return { apiGroups: [apiGroup], resources: [resource], verbs: [...verbs] };
}

/** Who is primary, and which pods there are. */
export const following = (): PolicyRule[] => [
	...named("", "configmaps", [recordName], ["get", "list", "watch"]),
	any("", "pods", ["get", "list", "watch"]),
];

/**
 * Keys are read again and again, so that renewed ones are used; passwords are mounted instead, those alone that are used.
 * @param keySecret whose annotation says whether the key was kept elsewhere
 */
export function archiverRules(stores: readonly string[], keySecret: string): PolicyRule[] {
	return [
		...following(),
		...named("", "secrets", [...stores, keySecret], ["get"]),
		// A gap asks for a full backup at once; a job that failed is an alert.
		...named("batch", "cronjobs", [jobNames.full], ["get"]),
		any("batch", "jobs", ["create", "list"]),
	];
}

/** The Lease keeps two jobs from copying, pruning or stopping an applier at the same time. */
export const turns = (): PolicyRule[] => [
	...named("coordination.k8s.io", "leases", [backupName], ["get", "update", "patch"]),
	any("coordination.k8s.io", "leases", ["create"]),
];

/** A job that finds its copy damaged tells the watchdog whom it was copied from. */
export function backupRules(stores: readonly string[]): PolicyRule[] {
	return [
		...following(),
		...named("", "secrets", stores, ["get"]),
		...turns(),
		...named("", "configmaps", [damageName], ["patch"]),
		any("", "configmaps", ["create"]),
	];
}

/** A job that restores asks Kubernetes for nothing but what opens the stores. */
export function restoreRules(stores: readonly string[]): PolicyRule[] {
	return named("", "secrets", stores, ["get"]);
}

/** A ServiceAccount and its Role, both called `account`. */
export function declareAccount(
	name: string,
	place: Place,
	account: {
		readonly part: Part;
		readonly called: typeof archiveName | typeof backupName | typeof restoreName | typeof snapshotName;
		readonly rules: PolicyRule[];
		/** Why some rights are not limited to names, for the policy that asks for them. */
		readonly anyName?: string;
		/** Of the ServiceAccount: by what it is known outside of the cluster. */
		readonly annotations?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
	},
	opts: pulumi.CustomResourceOptions,
) {
	const { part, called, rules, anyName, annotations = {} } = account;
	const own = metadata(place, part, called);
	const subjects = [{ kind: "ServiceAccount", name: called, namespace: place.namespace }];
	const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: called };
	return [
		new k8s.core.v1.ServiceAccount(`${name}-${part}`, { metadata: known(own, annotations) }, opts),
		new k8s.rbac.v1.Role(
			`${name}-${part}`,
			{ metadata: known(own, anyName === undefined ? {} : { [anyNameAnnotation]: anyName }), rules },
			opts,
		),
		new k8s.rbac.v1.RoleBinding(`${name}-${part}`, { metadata: own, subjects, roleRef }, opts),
	];
}

function known(metadata: Metadata, annotations: Readonly<Record<string, pulumi.Input<string>>>) {
	return Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
}
