/** `import start --resume`: after a kill, an error that was mended, or a change of the target's primary. */
import { Refusal } from "../exit.ts";
import { channelOptions, refuseOtherSource, takeTheTurn } from "./begin.ts";
import { awaitCaughtUp } from "./catchUp.ts";
import { type ChannelStatus, channelStatus, resumeChannel, startChannel } from "./channel.ts";
import { type ImportContext, withEnds } from "./context.ts";
import { type ImportState, readState } from "./importState.ts";

const again = "mysql-dr import abort (it drops what was loaded, and nothing else), then mysql-dr import start";

/** @throws Refusal where the load must begin again */
export async function resumeImport(context: ImportContext): Promise<ImportState> {
	return withEnds(context, async (ends) => {
		await takeTheTurn(ends.target);
		const state = await readState(ends.target);
		if (state !== null) refuseOtherSource(context, state);
		const status = await channelStatus(ends.target);
		switch (wayOn(state, status)) {
			case "nothing":
				throw new Refusal("there is no import to go on with", "begin one: mysql-dr import start");
			case "over":
				throw new Refusal("the import is done", "see mysql-dr import status");
			case "load":
				throw new Refusal("the load was not finished, and a half cannot be told from a whole", again);
			case "lost":
				throw new Refusal(
					"the target's primary is another one now, and without GTIDs nobody knows up to where it applied the source's transactions",
					again,
				);
			case "anew":
				await startChannel(ends.target, channelOptions(context, state as ImportState));
				break;
			case "continue":
				await resumeChannel(ends.target, context.source);
		}
		await awaitCaughtUp(ends, context);
		return state as ImportState;
	});
}

/**
 * How an import may go on. Pure.
 *
 * - `continue`: the channel is there, and knows where it is
 * - `anew`: the primary changed; from the loaded position again, what has been applied is skipped by its GTID
 * - `lost`: the same without GTIDs
 * - `load`: killed while loading
 */
export function wayOn(
	state: ImportState | null,
	status: ChannelStatus | null,
): "nothing" | "over" | "load" | "continue" | "anew" | "lost" {
	if (state === null) return "nothing";
	if (state.phase === "done") return "over";
	if (state.phase === "loading" || state.position === null) return "load";
	if (status !== null) return "continue";
	return state.gtids ? "anew" : "lost";
}
