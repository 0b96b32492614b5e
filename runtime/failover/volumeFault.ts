/** What is wrong with an instance's volume, from what Kubernetes and its own pod say. Pure. */
import type { EndedNote, PodFacts } from "./podFacts.ts";
import type { ClusterRecord } from "./record.ts";

export interface ClaimFacts {
	readonly uid: string;
	/** As Kubernetes says: Pending, Bound or Lost. */
	readonly phase: string;
	/** The PersistentVolume that it is bound to. */
	readonly volume: string | null;
	/** It is being deleted. */
	readonly ending: boolean;
	/** It stays while it is being deleted, until the watchdog has seen to what comes in its place. */
	readonly held: boolean;
	/** The snapshot that its volume is made of; null where it was empty. */
	readonly source: string | null;
	/** When it was made; ms since 1970. */
	readonly madeAt: number;
	/** Bytes that it asks for, and that it has; 0 where that is not said. */
	readonly requested: number;
	readonly capacity: number;
}

export interface PersistentFacts {
	readonly name: string;
	/** As Kubernetes says: Bound, Released, Failed, … */
	readonly phase: string;
	/** What is done with the data when the claim goes: they are kept with `Retain` only. */
	readonly reclaimPolicy: string;
}

/** One look at an instance's volume. */
export interface VolumeLook {
	/** Null where there is none: the StatefulSet makes it. */
	readonly claim: ClaimFacts | null;
	/** `absent`: the claim names one that is not there. Null where it names none, or volumes may not be read. */
	readonly volume: PersistentFacts | "absent" | null;
	/** Why it could not be mounted, as its node or its storage said in the last minutes. */
	readonly mountFailure: string | null;
	/** For how long the claim or its volume has been seen to be lost, in milliseconds. */
	readonly lostMs: number;
}

export interface VolumeFault {
	/** `gone`: no data are left on it. `unusable`: data may be on it, but mysqld cannot run. */
	readonly kind: "gone" | "unusable";
	readonly reason: string;
}

export interface VolumeLimits {
	/** For the volumes of a pod on a sound node to be mounted. */
	readonly mountMs: number;
	/** The wall clock, in milliseconds since 1970. */
	readonly wall: number;
}

/** Somebody who makes an object anew by hand needs a moment; the claim and its volume are also not read at once. */
const lostHoldMs = 10_000;
/** It may be a passing trouble when mysqld ends once. */
const restartsLimit = 2;

/** Null while nothing says that it cannot be used. */
export function volumeFault(look: VolumeLook, pod: PodFacts | undefined, limits: VolumeLimits): VolumeFault | null {
	if (look.claim === null || look.claim.phase === "Pending") return null;
	const lost = lostVolume(look);
	if (lost !== null) return look.lostMs < lostHoldMs ? null : lost;
	if (pod === undefined || pod.ready) return null;
	return told(pod.volumeNote) ?? unmounted(look, pod, limits);
}

/** What was admitted is known to have pages that are not as they were written: it runs, until it comes to them. */
export function damagedData(record: ClusterRecord | null, name: string): VolumeFault | null {
	const damage = record?.damaged?.[name];
	if (record === null || damage === undefined || record.uuids[name] !== damage.uuid) return null;
	return { kind: "unusable", reason: `its data are damaged: ${damage.reason}` };
}

/** What the claim and its volume say; it must last, see `lostMs`. */
export function lostVolume({ claim, volume }: Omit<VolumeLook, "lostMs">): VolumeFault | null {
	if (claim?.phase === "Lost")
		return { kind: "gone", reason: `its claim lost its volume ${claim.volume ?? ""}`.trim() };
	if (volume === "absent") return { kind: "gone", reason: `its volume ${claim?.volume} is no longer there` };
	if (volume?.phase === "Failed") return { kind: "unusable", reason: `its volume ${volume.name} has failed` };
	return null;
}

/** While a container runs that was started again, it may yet come to something. */
function told(note: EndedNote | null): VolumeFault | null {
	if (note === null || note.running) return null;
	const reason = `its volume cannot be used (${note.trouble}): ${note.text}`;
	if (note.trouble === "missing") return { kind: "gone", reason };
	return note.restarts < restartsLimit ? null : { kind: "unusable", reason };
}

/** Never while its node is away: then nobody can tell, and the volume is not lost. */
function unmounted({ mountFailure }: VolumeLook, pod: PodFacts, { mountMs, wall }: VolumeLimits): VolumeFault | null {
	if (mountFailure === null || pod.mountingSince === null || !pod.nodeReady || pod.ending) return null;
	if (wall - pod.mountingSince < mountMs) return null;
	return { kind: "unusable", reason: `its volume cannot be mounted: ${mountFailure}` };
}
