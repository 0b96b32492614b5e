/** Says on an instance's pod that its applier is to stand still: the watchdog would start it within a second. */
import { longestHoldMs, quiescedAnnotation, quiesceOrder } from "../failover/quiesce.ts";
import { type Api, orNull } from "../kubernetes/api.ts";

export interface Hold {
	take(instance: string): Promise<void>;
	/** Nothing happens where there is no such pod any more. */
	release(instance: string): Promise<void>;
}

export interface PodHoldOptions {
	readonly api: Api;
	readonly namespace: string;
	/** The pod of the job. */
	readonly by: string;
	/** For each request. Milliseconds; default 5 s. */
	readonly deadlineMs?: number;
}

export function podHold({ api, namespace, by, deadlineMs = 5000 }: PodHoldOptions): Hold {
	const write = (instance: string, order: string | null) => {
		const body = { metadata: { annotations: { [quiescedAnnotation]: order } } };
		const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(instance)}`;
		return api.text(path, { method: "PATCH", body, deadlineMs });
	};
	return {
		take: async (instance) => void (await write(instance, quiesceOrder(Date.now() + longestHoldMs, by))),
		release: async (instance) => void (await orNull(write(instance, null))),
	};
}
