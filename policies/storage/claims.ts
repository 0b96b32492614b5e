/** The volumes of a MySQL server: claims that are declared, templates of claims, and the classes that they are made of. */
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { type Missing, NotKnown } from "../frame/notKnown.ts";
import { beside, objects } from "../kubernetes/kinds.ts";
import type { MysqlServer } from "../kubernetes/mysqlServer.ts";

export interface Claim {
	/** The PersistentVolumeClaim, or the StatefulSet whose template it is. */
	readonly resource: Declared;
	/** Path of its specification in the resource. */
	readonly path: string;
	readonly spec: ClaimSpec;
	/** Whether it is a resource of its own. */
	readonly own: boolean;
}

interface ClaimSpec {
	readonly storageClassName?: string;
	readonly volumeName?: string;
}

interface Template {
	readonly metadata?: { readonly name?: string };
	readonly spec?: ClaimSpec;
}

export function templatesOf({ resource }: MysqlServer): readonly Template[] {
	return resource.props.spec?.volumeClaimTemplates ?? [];
}

/** The claims that are resources of their own: those that its pods name, and those that a StatefulSet takes by their names. */
export function ownClaims(stack: DeclaredStack, server: MysqlServer): Declared[] {
	const named = new Set(
		(server.spec.volumes ?? []).map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName),
	);
	const set = server.resource.props.metadata?.name;
	const prefixes = templatesOf(server).map(({ metadata }) => `${metadata?.name}-${set}-`);
	return beside(stack, server.resource, "PersistentVolumeClaim").filter(({ props }) => {
		const name: string | undefined = props.metadata?.name;
		if (name === undefined) return false;
		return (
			named.has(name) || prefixes.some((prefix) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
		);
	});
}

/** All of them. A template counts for those of its claims that are not declared; where some are, they are its claims. */
export function claimsOf(stack: DeclaredStack, server: MysqlServer): Claim[] {
	const declared = ownClaims(stack, server);
	const own = declared.map((resource) => ({ resource, path: "spec", spec: resource.props.spec ?? {}, own: true }));
	const templates = templatesOf(server).map(({ spec }, index) => ({
		resource: server.resource,
		path: `spec.volumeClaimTemplates[${index}].spec`,
		spec: spec ?? {},
		own: false,
	}));
	return own.length > 0 ? own : templates;
}

/**
 * The StorageClass of a claim. One that is not in the stack cannot be judged, which is said, unless the claim is a protected
 * resource: nothing that is declared deletes that one, and the class was chosen with the cluster.
 */
export function classOf(stack: DeclaredStack, { resource, path, spec, own }: Claim): Declared | undefined {
	const name = spec.storageClassName;
	const found = objects(stack, "StorageClass").find(({ props }) => name !== undefined && props.metadata?.name === name);
	if (found || (own && resource.protect)) return found;
	const why =
		name === undefined
			? "is not set, and the cluster's default is not in the stack"
			: `is "${name}", which is not in the stack`;
	const missing: Missing = { urn: resource.urn, resource: resource.label, setting: `${path}.storageClassName`, why };
	throw new NotKnown([missing]);
}
