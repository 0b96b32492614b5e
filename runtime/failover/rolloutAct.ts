/** One step of a rolling update. */
import type { Operation } from "./operation.ts";
import type { PodStep } from "./rollout.ts";

/** Before the next attempt. */
export const restMs = 5000;

export async function rolloutStep(operation: Operation, step: PodStep): Promise<void> {
	switch (step.step) {
		case "takeOver":
			operation.log("rolling updates are led from here: the StatefulSet's pods are replaced only when deleted");
			return operation.statefulSet.takeOver();
		case "replace":
			operation.log(`${step.name} is made anew: ${step.reason}`);
			return operation.statefulSet.replace(step.name, step.uid);
	}
}
