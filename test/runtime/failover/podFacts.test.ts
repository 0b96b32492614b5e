import { describe, expect, test } from "@jest/globals";
import type { V1Pod } from "@kubernetes/client-node";
import { leavingNode } from "../../../runtime/failover/nodes.ts";
import { podRecord } from "../../../runtime/failover/podFacts.ts";

const since = new Date("2026-01-01T00:00:00Z");

function pod(change: V1Pod = {}): V1Pod {
	return {
		metadata: {
			name: "mysql-1",
			uid: "u1",
			labels: { "app.kubernetes.io/component": "database", "controller-revision-hash": "mysql-7" },
			...change.metadata,
		},
		spec: { nodeName: "node-1", containers: [] },
		status: { podIP: "10.0.0.1", conditions: [{ type: "Ready", status: "True" }], ...change.status },
	};
}

const waiting = (reason: string): V1Pod => ({
	status: {
		conditions: [{ type: "Ready", status: "False", lastTransitionTime: since }],
		containerStatuses: [
			{ name: "mysql", state: { waiting: { reason } }, ready: false, restartCount: 0, image: "", imageID: "" },
		],
	},
});

describe("a pod", () => {
	test("that runs stays, and has no trouble", () => {
		expect(podRecord(pod())).toMatchObject({
			name: "mysql-1",
			uid: "u1",
			revision: "mysql-7",
			ready: true,
			leaving: null,
			ending: false,
			trouble: null,
			unreadySince: null,
		});
	});

	test("that is being deleted is leaving, ready or not", () => {
		expect(podRecord(pod({ metadata: { deletionTimestamp: since } })).leaving).toBe("its pod is being deleted");
	});

	test("says why it does not start, but for the order of things", () => {
		expect(podRecord(pod(waiting("ImagePullBackOff")))).toMatchObject({
			ready: false,
			trouble: "mysql: ImagePullBackOff",
			unreadySince: since.getTime(),
		});
		const watched = JSON.parse(JSON.stringify(pod(waiting("ImagePullBackOff")))) as V1Pod;
		expect(podRecord(watched).unreadySince).toBe(since.getTime());
		expect(podRecord(pod(waiting("ContainerCreating"))).trouble).toBeNull();
		const homeless: V1Pod = {
			status: { conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }] },
		};
		expect(podRecord(pod(homeless)).trouble).toBe("0/3 nodes are available");
	});
});

describe("a node", () => {
	test("without cordon or taint stays", () => {
		expect(leavingNode({})).toBeNull();
		expect(leavingNode({ taints: [{ key: "dedicated", value: "mysql", effect: "NoSchedule" }] })).toBeNull();
	});

	test("is leaving when it is cordoned, when its end is announced, and when its pods are evicted", () => {
		expect(leavingNode({ unschedulable: true })).toBe("its node is cordoned");
		for (const key of ["karpenter.sh/disrupted", "ToBeDeletedByClusterAutoscaler"]) {
			expect(leavingNode({ taints: [{ key, effect: "NoSchedule" }] })).toBe(`its node is tainted ${key}`);
		}
		expect(leavingNode({ taints: [{ key: "maintenance", effect: "NoExecute" }] })).toBe(
			"its node is tainted maintenance",
		);
	});

	test("that the autoscaler merely considers, stays: that is taken back more often than not", () => {
		const considered = { key: "DeletionCandidateOfClusterAutoscaler", effect: "PreferNoSchedule" };
		expect(leavingNode({ taints: [considered] })).toBeNull();
	});
});
