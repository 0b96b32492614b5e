import { formatDuration } from "./duration.ts";
import type { Objectives } from "./scenarios.ts";

/** Annotations by which the object that runs mysqld says what is promised for it: to policies, and to who looks at the cluster. */
export const promiseAnnotations = {
	tier: "mysql-dr/tier",
	rto: "mysql-dr/rto",
	rpo: "mysql-dr/rpo",
} as const;

/**
 * By which a role says why some of its rights are not limited to objects by name: `<resource>: <reason>`, with semicolons
 * between several.
 */
export const anyNameAnnotation = "mysql-dr/any-name";

/** The annotations of a database with these objectives. */
export function annotationsOf({ tier, rto, rpo }: Objectives): Record<string, string> {
	return {
		[promiseAnnotations.tier]: tier,
		[promiseAnnotations.rto]: formatDuration(rto),
		[promiseAnnotations.rpo]: formatDuration(rpo),
	};
}
