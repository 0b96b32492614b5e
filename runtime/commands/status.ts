/** `mysql-dr status` */
import type { Duration } from "../../objectives/duration.ts";
import { formatDuration } from "../../objectives/duration.ts";
import { FailedError } from "../exit.ts";
import type { Status } from "../failover/status.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { until } from "../kubernetes/until.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { statusLines, whyNotProtected } from "./statusText.ts";

export interface StatusOptions extends SharedOptions {
	readonly waitProtected?: boolean;
	readonly timeout?: Duration;
}

/** Shows the leader's view, at once or as soon as everything is protected. */
export async function status({ terminal, signal }: Context, options: StatusOptions): Promise<Result> {
	const access = clusterAccess(options);
	const seen = options.waitProtected
		? await awaitProtected(() => leaderStatus(access), {
				timeoutMs: options.timeout ?? 180_000,
				signal,
				onWait: (reason) => terminal.live(`waiting: ${reason}`),
			})
		: await leaderStatus(access);
	return { exit: "done", document: seen, lines: statusLines(seen, terminal.paint) };
}

export interface WaitOptions {
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
	/** Called with what is missing, at every look. */
	readonly onWait?: (reason: string) => void;
}

/**
 * Looks until the database is protected.
 * @throws FailedError saying what was missing, after the time limit
 */
export async function awaitProtected(look: () => Promise<Status>, options: WaitOptions): Promise<Status> {
	let missing = "nothing was seen yet";
	const found = await until({ ...options, periodMs: 500 }, async () => {
		try {
			const seen = await look();
			if (seen.protected) return seen;
			missing = whyNotProtected(seen);
		} catch (error) {
			// Pods come and go while a site starts: only the time limit ends the waiting.
			missing = error instanceof Error ? error.message : String(error);
		}
		options.onWait?.(missing);
		return null;
	});
	if (found !== null) return found;
	throw new FailedError(`not protected after ${formatDuration(options.timeoutMs as Duration)}: ${missing}`);
}
