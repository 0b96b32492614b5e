/** Why a pod's volume is not mounted, from its Events. Pure. */
import type { CoreV1Event } from "@kubernetes/client-node";

/** Of the kubelet and of the controller that attaches volumes to nodes. */
const reasons = new Set(["FailedMount", "FailedAttachVolume", "FailedMapVolume"]);
/** The kubelet tries again, and says so, every two minutes at least. */
const recentMs = 300_000;
/** It is still attached to a node that went away: it is whole, and is freed with that node. */
const elsewhere = /Multi-Attach|already (exclusively )?attached|already used by/i;

/**
 * The newest word about this very volume; null where there is none. Other volumes of the pod, such as a Secret that is not
 * there, say nothing of the data.
 * @param wall milliseconds since 1970
 */
export function mountFailure(events: readonly CoreV1Event[], volume: string, wall: number): string | null {
	const said = events
		.filter(({ reason, message }) => reasons.has(reason ?? "") && message?.includes(`"${volume}"`) === true)
		.filter((event) => wall - saidAt(event) < recentMs)
		.sort((one, other) => saidAt(other) - saidAt(one));
	const [newest] = said;
	return newest === undefined || elsewhere.test(newest.message ?? "") ? null : (newest.message ?? null);
}

function saidAt({ lastTimestamp, eventTime, series, metadata }: CoreV1Event): number {
	const times = [lastTimestamp, series?.lastObservedTime, eventTime, metadata.creationTimestamp];
	return Math.max(...times.map((at) => (at ? new Date(at as Date).getTime() : 0)));
}
