/** Kubernetes Events where `kubectl describe` shows them: on the StatefulSet, or on the pod that they are about. */
import { AppsV1Api, CoreV1Api, type KubeConfig, V1MicroTime, type V1ObjectReference } from "@kubernetes/client-node";
import { withDeadline } from "../mysql/session.ts";
import type { ClusterEvent } from "./eventQueue.ts";

export interface EventOptions {
	readonly config: KubeConfig;
	readonly namespace: string;
	/** Who reports: the watchdog's pod. */
	readonly reporter: string;
	readonly deadlineMs: number;
}

const databaseName = "mysql";
const recordName = "mysql-cluster";
/** The API refuses more (events: message up to 1024 bytes). */
const messageLimit = 1000;

export function eventWriter(options: EventOptions): (event: ClusterEvent) => Promise<void> {
	const { config, namespace, deadlineMs } = options;
	const core = config.makeApiClient(CoreV1Api);
	const apps = config.makeApiClient(AppsV1Api);

	const find = async (subject: string | null): Promise<V1ObjectReference> => {
		const [kind, apiVersion, read] =
			subject === null
				? ["StatefulSet", "apps/v1", apps.readNamespacedStatefulSet({ name: databaseName, namespace })]
				: ["Pod", "v1", core.readNamespacedPod({ name: subject, namespace })];
		// `kubectl describe` looks for events by the object's UID.
		const uid = (await read).metadata?.uid;
		return { kind, apiVersion, name: subject ?? databaseName, namespace, ...(uid === undefined ? {} : { uid }) };
	};
	/** Something that is always there, so that no event is lost with its object. */
	const record: V1ObjectReference = { kind: "ConfigMap", apiVersion: "v1", name: recordName, namespace };

	const write = async ({ at, reason, message, type, subject }: ClusterEvent) => {
		const involvedObject = await find(subject).catch(() => record);
		const body = {
			metadata: { generateName: "mysql-dr-", namespace },
			involvedObject,
			reason,
			message: message.slice(0, messageLimit),
			type,
			eventTime: new V1MicroTime(at),
			action: reason,
			reportingComponent: "mysql-dr/watchdog",
			reportingInstance: options.reporter,
		};
		await core.createNamespacedEvent({ namespace, body });
	};
	return (event) => withDeadline(write(event), deadlineMs, "writing an event");
}
