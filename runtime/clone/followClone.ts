/** A clone's server from the operator's desk, until it answers: what it says in its log, a JSON document a line. */
import { z } from "zod";
import { linesOf, Teller } from "../commands/followJob.ts";
import { FailedError } from "../exit.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { until } from "../kubernetes/until.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { cloneLabels } from "./cloneFacts.ts";
import { cloneContainer } from "./clonePod.ts";
import type { CloneServing } from "./runClone.ts";

export interface FollowClone extends Pick<Terminal, "note" | "live"> {
	readonly signal: AbortSignal;
}

const periodMs = 500;

const servingSchema: z.ZodType<CloneServing> = z.object({
	gtidExecuted: z.string(),
	locked: z.array(z.string()),
	kept: z.array(z.string()),
	seconds: z.number(),
});

/** @throws FailedError in its own words where its server cannot be made of this snapshot */
export async function followClone(access: ClusterAccess, { note, live, signal }: FollowClone): Promise<CloneServing> {
	const told = new Teller({ terminal: { note, live }, signal });
	const selector = Object.entries(cloneLabels("database"))
		.map(([key, value]) => `${key}=${value}`)
		.join(",");
	const patience = { timeoutMs: Number.POSITIVE_INFINITY, periodMs, signal };
	const result = await until(patience, async () => {
		const [pod] = await access.pods(selector);
		if (pod === undefined) return null;
		told.hear(await linesOf(access, pod, cloneContainer));
		const container = pod.status?.containerStatuses?.[0];
		if (container?.state?.terminated !== undefined || (container?.restartCount ?? 0) > 0) {
			throw new FailedError(`the clone's server failed: ${told.why()}`);
		}
		if (told.result === undefined) told.waiting(pod);
		const ready = pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
		return ready === true ? (told.result ?? null) : null;
	});
	return servingSchema.parse(result);
}
