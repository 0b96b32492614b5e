/** Waiting until the target has what the source had a moment ago. */
import { FailedError } from "../exit.ts";
import type { Session } from "../mysql/session.ts";
import { channelStatus, reach } from "./channel.ts";
import { type Ends, type ImportContext, openTarget } from "./context.ts";
import { writeBeat } from "./importState.ts";
import { currentPosition } from "./position.ts";

/** How long one look waits, in milliseconds: between two it is told how far it is. What is left is waited for by a cutover. */
const lookMs = 3000;

/**
 * Caught up is who comes within three seconds to where the source was when they began.
 * @throws FailedError when the channel stands still, or is not on this instance any more
 */
export async function awaitCaughtUp({ source, target }: Ends, context: ImportContext) {
	for (;;) {
		context.signal.throwIfAborted();
		const position = await currentPosition(source);
		if (await reach(target, position, lookMs)) return position;
		const status = await channelStatus(target);
		const trouble = troubleOf(status);
		if (trouble !== null) throw new FailedError(trouble);
		context.say({ type: "following", lagSeconds: status?.lagSeconds ?? null });
		await beat(context);
	}
}

/**
 * A replica that was the primary may hold the very transaction, by the source's GTID, that this one commits only now. It is
 * not sent it, and so never acknowledges it, and what depends on it waits for ever. Any later one that it acknowledges
 * stands for those before. In a session of its own, since it may have to wait for a replica to be there.
 */
async function beat(context: ImportContext): Promise<void> {
	let aside: Session | undefined;
	try {
		aside = await openTarget(context);
		await writeBeat(aside);
	} catch {
		// The next look tells what is wrong.
	} finally {
		aside?.close();
	}
}

/** Why a channel gets no further by itself, and what to do; null where it does. */
export function troubleOf(status: Awaited<ReturnType<typeof channelStatus>>): string | null {
	if (status === null) {
		return "the target's primary is another one now, and the import stands still; go on with mysql-dr import start --resume";
	}
	if (status.applying && status.receiving !== "off") return null;
	const why = status.error || "somebody stopped it, such as a switchover that was put back";
	return `replication from the source stands still (${why}); when that is mended: mysql-dr import start --resume`;
}
