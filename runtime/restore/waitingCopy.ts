/** A copy that waits for what people decide after they have looked at it. */
import { once } from "node:events";
import { FailedError } from "../exit.ts";
import type { Restored, RestoreWork } from "./restore.ts";
import { type Control, listenForControl } from "./restoreControl.ts";
import { parseTarget } from "./target.ts";

/**
 * Until it is told to stop; meanwhile it can be told to go on, or to open.
 * @param ready called when it can be told
 * @throws FailedError when it ends by itself; the signal's reason when that aborts
 */
export async function awaitStop({ copy }: Restored, work: RestoreWork, ready: () => Promise<void>): Promise<void> {
	const stopped = new AbortController();
	const act = async (control: Control, report: RestoreWork["report"]) => {
		if (control.do === "resume") {
			const replayed = await copy.resume(parseTarget(control.to), report);
			return { ...(await copy.status()), replayed };
		}
		if (control.do === "open") await copy.open();
		if (control.do === "stop") stopped.abort();
		return copy.status();
	};
	const server = await listenForControl(work.folder, act);
	try {
		await ready();
		const ended = copy.ended();
		const told = once(stopped.signal, "abort").then(() => "told" as const);
		const given = work.signal === undefined ? [] : [once(work.signal, "abort")];
		if (work.signal?.aborted) work.signal.throwIfAborted();
		const first = await Promise.race([told, ended, ...given]);
		work.signal?.throwIfAborted();
		if (first !== "told") throw new FailedError("the copy's server ended by itself");
	} finally {
		server.close();
	}
	await copy.letGo();
}
