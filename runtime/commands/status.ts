/** `mysql-dr status` */
import type { V1StatefulSet } from "@kubernetes/client-node";
import type { Duration } from "../../objectives/duration.ts";
import { formatDuration } from "../../objectives/duration.ts";
import { FailedError } from "../exit.ts";
import type { Status } from "../failover/status.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { until } from "../kubernetes/until.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { withKept } from "./keptStatus.ts";
import { statusLines, whyNotProtected } from "./statusText.ts";

export interface StatusOptions extends SharedOptions {
	readonly waitProtected?: boolean;
	readonly waitUpdated?: boolean;
	readonly timeout?: Duration;
}

/** Shows the leader's view, at once or as soon as everything is protected, and updated where that is asked for. */
export async function status({ terminal, signal }: Context, options: StatusOptions): Promise<Result> {
	const access = clusterAccess(options);
	const { waitProtected, waitUpdated } = options;
	const seen =
		waitProtected || waitUpdated
			? await awaitProtected(() => leaderStatus(access), {
					timeoutMs: options.timeout ?? 180_000,
					signal,
					...(waitUpdated ? { also: async (seen: Status) => notUpdated(seen, await access.statefulSet("mysql")) } : {}),
					onWait: (reason) => terminal.live(`waiting: ${reason}`),
				})
			: await leaderStatus(access);
	const whole = await withKept(seen, access);
	return { exit: "done", document: whole, lines: statusLines(whole, terminal.paint) };
}

export interface WaitOptions {
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
	/** Called with what is missing, at every look. */
	readonly onWait?: (reason: string) => void;
	/** What else is missing of a protected database; null when nothing is. */
	readonly also?: (seen: Status) => Promise<string | null>;
}

/**
 * Looks until the database is protected, and whatever else is asked for.
 * @throws FailedError saying what was missing, after the time limit
 */
export async function awaitProtected(look: () => Promise<Status>, options: WaitOptions): Promise<Status> {
	let missing = "nothing was seen yet";
	const found = await until({ ...options, periodMs: 500 }, async () => {
		try {
			const seen = await look();
			const why = seen.protected ? ((await options.also?.(seen)) ?? null) : whyNotProtected(seen);
			if (why === null) return seen;
			missing = why;
		} catch (error) {
			// Pods come and go while a site starts: only the time limit ends the waiting.
			missing = error instanceof Error ? error.message : String(error);
		}
		options.onWait?.(missing);
		return null;
	});
	if (found !== null) return found;
	throw new FailedError(
		`${options.also ? "not protected and updated" : "not protected"} after ${formatDuration(options.timeoutMs as Duration)}: ${missing}`,
	);
}

/**
 * What a rolling update still has to do; null when it is done. Asked of Kubernetes, which knows of a new declaration
 * before the watchdog does.
 */
export function notUpdated({ rollout }: Status, set: V1StatefulSet | null): string | null {
	const { observedGeneration = 0, updatedReplicas = 0 } = set?.status ?? {};
	if (set === null || observedGeneration < (set.metadata?.generation ?? 0)) return "the declaration is not seen yet";
	const wanted = set.spec?.replicas ?? 0;
	if (updatedReplicas >= wanted) return null;
	const stuck = rollout?.stuck ?? null;
	return `${updatedReplicas} of ${wanted} instances are updated${stuck === null ? "" : `; ${stuck}`}`;
}
