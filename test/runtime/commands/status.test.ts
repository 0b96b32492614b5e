import { expect, test } from "@jest/globals";
import type { V1StatefulSet } from "@kubernetes/client-node";
import { awaitProtected, notUpdated } from "../../../runtime/commands/status.ts";
import { status } from "./scene.ts";

const set = (generation: number, observedGeneration: number, updatedReplicas?: number): V1StatefulSet =>
	({
		metadata: { generation },
		spec: { replicas: 3 },
		status: { observedGeneration, updatedReplicas },
	}) as V1StatefulSet;

test("an update is done when Kubernetes has seen the declaration and every instance is of it", () => {
	expect(notUpdated(status(), null)).toBe("the declaration is not seen yet");
	expect(notUpdated(status(), set(3, 2, 3))).toBe("the declaration is not seen yet");
	expect(notUpdated(status(), set(3, 3))).toBe("0 of 3 instances are updated");
	const stuck = { outdated: ["mysql-0"], stuck: "mysql-1 does not start: mysql: ImagePullBackOff" };
	expect(notUpdated(status({ rollout: stuck }), set(3, 3, 2))).toBe(
		"2 of 3 instances are updated; mysql-1 does not start: mysql: ImagePullBackOff",
	);
	expect(notUpdated(status(), set(3, 3, 3))).toBeNull();
});

test("waiting for more than protection says what is missing when the time is over", async () => {
	const patience = { timeoutMs: 1, signal: new AbortController().signal };
	const also = async () => "1 of 3 instances are updated";
	await expect(awaitProtected(async () => status(), { ...patience, also })).rejects.toThrow(/1 of 3 instances/);
	await expect(awaitProtected(async () => status(), { ...patience, also: async () => null })).resolves.toEqual(
		status(),
	);
});
