import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { KubeConfig } from "@kubernetes/client-node";
import { eventWriter } from "../../../runtime/failover/clusterEvents.ts";
import type { ClusterEvent } from "../../../runtime/failover/eventQueue.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";

const base = "/api/v1/namespaces/mysql";
const at = new Date("2026-11-22T12:00:00.250Z");
const event: ClusterEvent = { at, reason: "FailoverDone", message: "done", type: "Normal", subject: null };
let api: FakeApi;
let write: (event: ClusterEvent) => Promise<void>;

beforeEach(async () => {
	api = await fakeApi();
	api.routes.set(`POST ${base}/events`, [201, {}]);
	const config = new KubeConfig();
	config.loadFromFile(api.kubeconfig);
	write = eventWriter({ config, namespace: "mysql", reporter: "watchdog-1", deadlineMs: 2000 });
});
afterEach(() => api.close());

const written = () => JSON.parse(api.seen.find(({ method }) => method === "POST")?.body ?? "{}");

describe("an event", () => {
	test("is on the StatefulSet, by whose UID kubectl describe finds it, with the time at which it happened", async () => {
		api.routes.set("GET /apis/apps/v1/namespaces/mysql/statefulsets/mysql", [200, { metadata: { uid: "set-uid" } }]);
		await write(event);
		expect(written()).toMatchObject({
			involvedObject: { kind: "StatefulSet", apiVersion: "apps/v1", name: "mysql", namespace: "mysql", uid: "set-uid" },
			reason: "FailoverDone",
			eventTime: "2026-11-22T12:00:00.250000Z",
			reportingInstance: "watchdog-1",
		});
	});

	test("about an instance is on its pod", async () => {
		api.routes.set(`GET ${base}/pods/mysql-1`, [200, { metadata: { uid: "pod-uid" } }]);
		await write({ ...event, subject: "mysql-1" });
		expect(written()).toMatchObject({ involvedObject: { kind: "Pod", name: "mysql-1", uid: "pod-uid" } });
	});

	test("about something that is gone is on the cluster record", async () => {
		await write({ ...event, subject: "mysql-1" });
		expect(written()).toMatchObject({ involvedObject: { kind: "ConfigMap", name: "mysql-cluster" } });
	});

	test("that is too long for the API is cut", async () => {
		await write({ ...event, message: "x".repeat(5000) });
		expect(written().message.length).toBeLessThanOrEqual(1024);
	});
});
