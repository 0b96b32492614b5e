/** Kubernetes objects among the resources of a program, whatever version of their API it uses. */
import type { Declared, DeclaredStack } from "../frame/declared.ts";

/** Whether a type is one of these kinds: `kubernetes:apps/v1:StatefulSet` is a `StatefulSet`. */
export function kinds(...names: readonly string[]): (type: string) => boolean {
	const known = new Set(names);
	return (type) => type.startsWith("kubernetes:") && known.has(kindOf(type));
}

export function kindOf(type: string): string {
	return type.split(":").at(-1) ?? "";
}

/** All objects of a kind. */
export function objects({ resources }: DeclaredStack, ...names: readonly string[]): Declared[] {
	const wanted = kinds(...names);
	return resources.filter(({ type }) => wanted(type));
}

/** The namespace that an object is in. */
export function namespaceOf({ props }: Declared): string {
	return props.metadata?.namespace ?? "default";
}

/** The objects of these kinds that are in the same namespace as `resource`. */
export function beside(stack: DeclaredStack, resource: Declared, ...names: readonly string[]): Declared[] {
	const namespace = namespaceOf(resource);
	return objects(stack, ...names).filter((other) => namespaceOf(other) === namespace);
}
