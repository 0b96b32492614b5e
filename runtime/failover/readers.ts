/** Which replicas may be read through mysql-replicas: pure. */
import type { Age } from "./freshness.ts";

/**
 * Strict: data older than the limit are not served, even if then nobody serves any (`noFreshReplica`). A replica that
 * left comes back at half the limit, so that one which lags by about the limit does not come and go; and only on proof,
 * while one that serves stays until its time is over.
 */
export function mayServe(serves: boolean, { ms, known }: Pick<Age, "ms" | "known">, limitMs: number): boolean {
	if (ms > limitMs) return false;
	return serves || (known && ms <= limitMs / 2);
}
