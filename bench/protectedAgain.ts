/** Before a bench does the next thing to the site that runs. */
import { awaitProtected } from "../runtime/commands/status.ts";
import type { ClusterAccess } from "../runtime/kubernetes/access.ts";
import { leaderStatus } from "../runtime/kubernetes/watchdogStatus.ts";

const limitMs = 180_000;

/** @throws Error when the database is not protected in time */
export const protectedAgain = (access: ClusterAccess, signal: AbortSignal) =>
	awaitProtected(() => leaderStatus(access), { timeoutMs: limitMs, signal });
