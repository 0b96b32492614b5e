/** A clone, as its namespace says it. Everything of a clone is in its namespace, or goes with it. Pure. */
import type { V1Namespace } from "@kubernetes/client-node";
import { UserError } from "../../objectives/error.ts";

/** Whose clone it is: the database's name. Nothing without this label is ever deleted as a clone. */
export const cloneLabel = "mysql-dr/clone-of";

export const cloneAnnotations = {
	/** The namespace of the database that it was taken from. */
	from: "mysql-dr/clone-from",
	snapshot: "mysql-dr/clone-snapshot",
	/** When the snapshot was taken, ISO 8601. */
	takenAt: "mysql-dr/clone-taken-at",
	/** All that it held then. */
	gtidExecuted: "mysql-dr/gtid-executed",
	/** It deletes itself after this, ISO 8601. */
	expiresAt: "mysql-dr/clone-expires-at",
} as const;

export interface Clone {
	/** Its namespace, which is its name. */
	readonly name: string;
	/** The database's name. */
	readonly of: string;
	readonly from: string;
	readonly snapshot: string;
	readonly takenAt: string;
	readonly gtidExecuted: string;
	/** Null where nobody can read it: then it does not delete itself. */
	readonly expiresAt: string | null;
	/** It is being deleted. */
	readonly going: boolean;
}

/** @returns null where the namespace is no clone's */
export function cloneOf({ metadata = {} }: V1Namespace): Clone | null {
	const of = metadata.labels?.[cloneLabel];
	if (of === undefined) return null;
	const said = (key: keyof typeof cloneAnnotations) => metadata.annotations?.[cloneAnnotations[key]] ?? "";
	const expires = Date.parse(said("expiresAt"));
	return {
		name: metadata.name ?? "",
		of,
		from: said("from"),
		snapshot: said("snapshot"),
		takenAt: said("takenAt"),
		gtidExecuted: said("gtidExecuted"),
		expiresAt: Number.isNaN(expires) ? null : new Date(expires).toISOString(),
		going: metadata.deletionTimestamp !== undefined,
	};
}

/** Whether its time is over. */
export function expired({ expiresAt }: Pick<Clone, "expiresAt">, now: Date): boolean {
	return expiresAt !== null && Date.parse(expiresAt) <= now.getTime();
}

/** A working day's. */
export const defaultTtl = "8h";

const [leastMs, mostMs] = [5 * 60_000, 30 * 24 * 3_600_000];

/** @throws UserError for one that would be gone before it is used, or that is a second database in all but name */
export function checkTtl(ttlMs: number): void {
	if (ttlMs >= leastMs && ttlMs <= mostMs) return;
	throw new UserError({
		field: "--ttl",
		value: ttlMs,
		wrong: "a clone lives for 5 minutes at least and 30 days at most",
		remedy: "write a time such as 8h, and lengthen it later: mysql-dr clone extend",
	});
}

/** `app-clone-3f2a`, within what a namespace's name may have. */
export function cloneName(cluster: string, suffix: string): string {
	return `${cluster.slice(0, longestName - suffix.length - infix.length)}${infix}${suffix}`;
}

const infix = "-clone-";
const longestName = 63;
const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** @throws UserError for what Kubernetes would not take as a namespace's name */
export function checkName(name: string): string {
	if (namePattern.test(name)) return name;
	throw new UserError({
		field: "--name",
		value: name,
		wrong: `"${name}" is no name of a namespace`,
		remedy: "use lower-case letters, digits and dashes, at most 63",
	});
}
