/**
 * The rolling update of the instances, as the leader leads it: replicas first, one at a time, each only while one more
 * failure would lose nothing; the primary last, after a switchover to an updated replica. Pure.
 */
import { contains } from "../mysql/gtidSet.ts";
import { held } from "../mysql/reading.ts";
import type { Facts } from "./decide.ts";
import type { PodFacts } from "./podFacts.ts";
import type { ClusterRecord } from "./record.ts";
import type { SetFacts } from "./statefulSet.ts";
import { isProtected } from "./status.ts";
import { readable, type View } from "./view.ts";

export interface OutdatedPod {
	readonly name: string;
	readonly uid: string;
	/** Why it does not start; null when it runs. */
	readonly trouble: string | null;
}

/** What Kubernetes says of the instances' revisions. */
export interface RolloutFacts {
	/** False while Kubernetes would still replace pods by itself. */
	readonly onDelete: boolean;
	/** Made from an older revision than the one that is wanted. */
	readonly outdated: readonly OutdatedPod[];
	/** Names of the pods that are ready and stay. */
	readonly ready: readonly string[];
	/** Why an updated pod does not come back; null when none is missed. */
	readonly stuck: string | null;
	/** A step was taken, or failed, a moment ago. */
	readonly resting: boolean;
}

export interface PodStep {
	readonly step: "replace";
	readonly name: string;
	readonly uid: string;
	readonly reason: string;
}

export type RolloutStep = PodStep | { readonly step: "switchover"; readonly to: string; readonly reason: string };

const notLed = "Kubernetes replaces the pods by their numbers: the StatefulSet's updateStrategy should be OnDelete";
/** An updated pod that is not ready for longer is missed, whatever the reason. */
const slowMs = 600_000;

/** @param now ms since 1970 */
export function rolloutFacts(set: SetFacts | null, pods: Iterable<PodFacts>, now: number): RolloutFacts | null {
	if (set === null || set.updateRevision === null) return null;
	const all = [...pods].sort((a, b) => (a.name < b.name ? -1 : 1));
	const isOutdated = (pod: PodFacts) => pod.revision !== set.updateRevision;
	const missing = () => all.filter((pod) => !isOutdated(pod)).map((pod) => missed(pod, now));
	return {
		onDelete: set.onDelete,
		outdated: all.filter(isOutdated).map(({ name, uid, trouble }) => ({ name, uid, trouble })),
		ready: all.filter((pod) => pod.ready && pod.leaving === null).map(({ name }) => name),
		stuck: set.onDelete ? (missing().find((why) => why !== null) ?? null) : notLed,
		resting: false,
	};
}

function missed({ name, leaving, trouble, unreadySince }: PodFacts, now: number): string | null {
	if (leaving !== null) return null;
	if (trouble !== null) return `${name} does not start: ${trouble}`;
	const slow = unreadySince !== null && now - unreadySince > slowMs;
	return slow ? `${name} has not been ready for ${Math.round((now - unreadySince) / 60_000)} minutes` : null;
}

/** The next step while the primary is open and nothing else is to be done; null when there is none, or not now. */
export function rollout(view: View, record: ClusterRecord, facts: Facts): RolloutStep | null {
	const { rollout: seen } = view;
	if (seen === null || seen.resting || view.paused !== null) return null;
	if (!seen.onDelete || seen.outdated.length === 0) return null;
	// A replica that stands still for a snapshot goes on within a minute: until then it takes longer to take over.
	if (view.instances.some(({ busy, quiesced }) => busy !== null || quiesced)) return null;
	const missing = facts.members.filter((name) => !seen.ready.includes(name));
	if (missing.length > 0) return insteadOf(missing, seen.outdated, record);
	return isProtected(view, record) && caughtUp(view, record) ? next(seen.outdated, record, facts) : null;
}

/**
 * A replica that has just come back counts as one that acknowledges while it is still sent what it missed: commits that
 * only it can acknowledge would wait until it is through. The readings are of different moments; every few rounds those
 * of the replicas are the later ones.
 */
function caughtUp(view: View, record: ClusterRecord): boolean {
	const seen = readable(view);
	const primary = seen.find(({ name }) => name === record.primary)?.reading;
	return primary !== undefined && seen.every(({ reading }) => contains(held(reading), primary.executed));
}

/** An outdated pod that does not start takes nobody away: this is the way out of an update that went wrong. */
function insteadOf(
	missing: readonly string[],
	outdated: readonly OutdatedPod[],
	record: ClusterRecord,
): RolloutStep | null {
	const broken = outdated.find(({ name, trouble }) => name === missing[0] && trouble !== null);
	if (missing.length > 1 || broken === undefined || broken.name === record.primary) return null;
	return { step: "replace", name: broken.name, uid: broken.uid, reason: `it does not start: ${broken.trouble}` };
}

function next(outdated: readonly OutdatedPod[], record: ClusterRecord, facts: Facts): RolloutStep | null {
	const replica = outdated.find(({ name }) => name !== record.primary);
	if (replica !== undefined) {
		return { step: "replace", name: replica.name, uid: replica.uid, reason: "it is of an older revision" };
	}
	const to = facts.members.find((name) => name !== record.primary);
	return to === undefined ? null : { step: "switchover", to, reason: `${record.primary} is of an older revision` };
}

/** An update began, and a pod that it made anew does not come: the others stay as they are. */
export function isStuck({ rollout: seen }: View): boolean {
	return seen !== null && seen.stuck !== null && seen.outdated.length > 0;
}
