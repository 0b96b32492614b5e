import { describe, expect, test } from "@jest/globals";
import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { mountFailure } from "../../../runtime/failover/mountEvents.ts";
import { type EndedNote, type PodFacts, podRecord } from "../../../runtime/failover/podFacts.ts";
import { volumeFault } from "../../../runtime/failover/volumeFault.ts";
import { at, bound, look, mounting, pod, wall } from "./volumeScene.ts";

const limits = { mountMs: 300_000, wall };
const fault = (change: Parameters<typeof look>[0], facts: Partial<PodFacts> | null = {}) =>
	volumeFault(look(change), facts === null ? undefined : pod(facts), limits);
const down = { ready: false };

describe("a volume is gone", () => {
	test("when its claim is lost or names a volume that is not there, and that lasts", () => {
		const lost = { claim: { ...bound, phase: "Lost" } };
		expect(fault({ ...lost, lostMs: 10_000 })).toEqual({ kind: "gone", reason: "its claim lost its volume pv-1" });
		expect(fault({ volume: "absent", lostMs: 60_000 }, null)?.kind).toBe("gone");
		expect(fault({ ...lost, lostMs: 9_999 })).toBeNull();
		expect(fault({ volume: "absent", lostMs: 0 })).toBeNull();
	});

	test("when its instance found no data on it", () => {
		expect(fault({}, { ...down, volumeNote: note("missing") })?.kind).toBe("gone");
	});

	test("but not while its claim waits for one, nor where there is none: the StatefulSet makes it", () => {
		expect(
			fault({ claim: { ...bound, phase: "Pending", volume: null }, volume: null, lostMs: 60_000 }, down),
		).toBeNull();
		expect(fault({ claim: null, volume: null }, down)).toBeNull();
	});
});

describe("a volume is unusable", () => {
	test("when Kubernetes says that it has failed", () => {
		const volume = { name: "pv-1", phase: "Failed", reclaimPolicy: "Retain" };
		expect(fault({ volume, lostMs: 60_000 })?.kind).toBe("unusable");
	});

	test.each(["read-only", "failing", "corrupt"] as const)("when mysqld ended on it again and again: %s", (trouble) => {
		expect(fault({}, { ...down, volumeNote: note(trouble) })?.kind).toBe("unusable");
		expect(fault({}, { ...down, volumeNote: note(trouble, { restarts: 1 }) })).toBeNull();
	});

	test("but not while a container runs that was started again, nor once it is ready", () => {
		expect(fault({}, { ...down, volumeNote: note("missing", { running: true }) })).toBeNull();
		expect(fault({}, { ready: true, volumeNote: note("missing") })).toBeNull();
	});

	test("when a sound node could not mount it for the limit", () => {
		const failing = { mountFailure: "AttachVolume failed" };
		expect(fault(failing, { ...down, mountingSince: wall - 300_000 })?.kind).toBe("unusable");
		expect(fault(failing, { ...down, mountingSince: wall - 299_999 })).toBeNull();
		expect(fault({}, { ...down, mountingSince: wall - 3_600_000 })).toBeNull();
		expect(fault(failing, { ...down, mountingSince: null })).toBeNull();
	});

	test("never because its node is away, or its pod is going", () => {
		const failing = { mountFailure: "AttachVolume failed" };
		const since = { ...down, mountingSince: wall - 3_600_000 };
		expect(fault(failing, { ...since, nodeReady: false })).toBeNull();
		expect(fault(failing, { ...since, ending: true })).toBeNull();
	});
});

describe("why a volume is not mounted", () => {
	const event = (message: string, change: Partial<CoreV1Event> = {}): CoreV1Event => ({
		metadata: {},
		involvedObject: {},
		reason: "FailedMount",
		message,
		lastTimestamp: at(-60_000),
		...change,
	});
	const said = 'MountVolume.MountDevice failed for volume "pv-1" : rpc error: device not found';

	test("is the newest word about this very volume", () => {
		const older = event('AttachVolume.Attach failed for volume "pv-1" : timeout', { lastTimestamp: at(-120_000) });
		expect(mountFailure([older, event(said)], "pv-1", wall)).toBe(said);
	});

	test("is not what is said of another volume or of long ago, or of another thing", () => {
		expect(mountFailure([event('MountVolume.SetUp failed for volume "tls" : not found')], "pv-1", wall)).toBeNull();
		expect(mountFailure([event(said, { lastTimestamp: at(-400_000) })], "pv-1", wall)).toBeNull();
		expect(mountFailure([event(said, { reason: "FailedScheduling" })], "pv-1", wall)).toBeNull();
		expect(mountFailure([event(said)], "pv-10", wall)).toBeNull();
	});

	test("is nothing where it is attached to another node still: it is whole", () => {
		const elsewhere = 'Multi-Attach error for volume "pv-1" Volume is already exclusively attached to one node';
		expect(mountFailure([event(elsewhere, { reason: "FailedAttachVolume" })], "pv-1", wall)).toBeNull();
	});

	test("is found where only the event's series says when", () => {
		const series = { count: 4, lastObservedTime: at(-1000) as never };
		expect(mountFailure([event(said, { lastTimestamp: undefined as never, series })], "pv-1", wall)).toBe(said);
	});
});

describe("a pod", () => {
	test("waits for its volumes from when it has a node until it has an address", () => {
		expect(podRecord(mounting()).mountingSince).toBe(wall - 60_000);
		expect(podRecord(mounting({ podIP: "10.0.0.1" })).mountingSince).toBeNull();
		expect(podRecord(mounting({ phase: "Running" })).mountingSince).toBeNull();
		const conditions = [{ type: "PodScheduled", status: "False" }];
		expect(podRecord(mounting({ conditions })).mountingSince).toBeNull();
	});

	test("shows the last word of its scripts, until a container ends without one", () => {
		const message = "mysql-dr volume missing: there is no data directory on it\n";
		const terminated = { exitCode: 1, message };
		const containerStatuses = [
			status({ state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated } }),
		];
		expect(podRecord(mounting({ containerStatuses })).volumeNote).toEqual({
			trouble: "missing",
			uuid: null,
			text: "there is no data directory on it",
			restarts: 3,
			running: false,
		});
		const ended = status({ state: { terminated: { exitCode: 0 } }, lastState: { terminated } });
		expect(podRecord(mounting({ initContainerStatuses: [ended] })).volumeNote).toBeNull();
		const running = status({ state: { running: {} }, lastState: { terminated } });
		expect(podRecord(mounting({ containerStatuses: [running] })).volumeNote?.running).toBe(true);
	});
});

function note(trouble: EndedNote["trouble"], change: Partial<EndedNote> = {}): EndedNote {
	return { trouble, uuid: null, text: "why", restarts: 2, running: false, ...change };
}

function status(change: object): NonNullable<NonNullable<V1Pod["status"]>["containerStatuses"]>[number] {
	return { name: "mysql", image: "", imageID: "", ready: false, restartCount: 3, ...change };
}
