/** Builders for what Kubernetes says of an instance's volume: all is well, but for what a test is about. */
import type { V1Pod } from "@kubernetes/client-node";
import type { PodFacts } from "../../../runtime/failover/podFacts.ts";
import type { ClaimFacts, VolumeLook } from "../../../runtime/failover/volumeFault.ts";
import type { VolumeObjects } from "../../../runtime/failover/volumeReads.ts";

export const wall = Date.parse("2026-01-01T12:00:00Z");
export const at = (ms: number) => new Date(wall + ms);
export const bound: ClaimFacts = {
	uid: "claim-1",
	phase: "Bound",
	volume: "pv-1",
	ending: false,
	held: false,
	source: null,
	madeAt: Date.parse("2026-01-01T11:00:00Z"),
	requested: 0,
	capacity: 0,
};

export function look(change: Partial<VolumeLook> = {}): VolumeLook {
	const volume = { name: "pv-1", phase: "Bound", reclaimPolicy: "Retain" };
	return { claim: bound, volume, mountFailure: null, lostMs: 0, ...change };
}

export function objects(change: Partial<VolumeObjects> = {}): VolumeObjects {
	return { ...look(), pod: { uid: "pod-1", note: null, running: false }, ...change };
}

export function pod(change: Partial<PodFacts> = {}): PodFacts {
	return {
		name: "mysql-1",
		uid: "pod-1",
		address: "10.0.0.1",
		zone: "zone-1",
		node: "node-1",
		role: null,
		reads: null,
		ready: true,
		leaving: null,
		ending: false,
		quiesced: null,
		revision: null,
		trouble: null,
		unreadySince: null,
		nodeReady: true,
		running: true,
		mountingSince: null,
		volumeNote: null,
		restarts: 0,
		...change,
	};
}

/** It has had a node for a minute, and nothing of it runs. */
export function mounting(status: V1Pod["status"] = {}): V1Pod {
	const conditions = [{ type: "PodScheduled", status: "True", lastTransitionTime: at(-60_000) }];
	return {
		metadata: { name: "mysql-1", uid: "pod-1" },
		spec: undefined as never,
		status: { phase: "Pending", conditions, ...status },
	};
}
