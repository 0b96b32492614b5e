/** Who may do what with the buckets, as custom roles with nothing but the permissions that are used. Pure. */
import { type Identity, rightsOf } from "../layout.ts";

/** Each right is a role of its own, since they are given on different keys. */
export const permissions = {
	/** Of the bucket as a whole: what is asked of no object cannot be limited to keys. */
	list: ["storage.objects.list", "storage.buckets.get"],
	read: ["storage.objects.get"],
	write: ["storage.objects.create", "storage.objects.setRetention"],
	delete: ["storage.objects.delete"],
	/** A lock is taken away by objects.patch, which asks for update besides the two rights that are about locks. */
	override: [
		"storage.buckets.get",
		...["get", "list", "delete", "update", "setRetention", "overrideUnlockedRetention"].map(
			(call) => `storage.objects.${call}`,
		),
	],
} as const satisfies Record<string, readonly string[]>;

export type Right = keyof typeof permissions;

/** A right on a bucket; `keys`: the beginnings of the keys that it is limited to, null for the bucket as a whole. */
export interface Binding {
	readonly right: Right;
	readonly keys: readonly string[] | null;
}

export function bindingsOf(identity: Identity, cluster: string): readonly Binding[] {
	const { reads, writes, hides, forgets } = rightsOf(identity, cluster);
	const limited: Binding[] = [
		{ right: "read", keys: reads },
		{ right: "write", keys: writes },
		// Versions and soft deletion keep what restic deletes, retention what is locked: there is one permission for both.
		{ right: "delete", keys: [...new Set([...hides, ...forgets])] },
	];
	return [{ right: "list", keys: null }, ...limited.filter(({ keys }) => keys !== null && keys.length > 0)];
}

/** The condition in the Common Expression Language that limits a binding to keys. */
export function keyCondition(bucket: string, keys: readonly string[]): string {
	const names = keys.map((key) => `resource.name.startsWith("projects/_/buckets/${bucket}/objects/${key}")`);
	return names.join(" || ");
}
