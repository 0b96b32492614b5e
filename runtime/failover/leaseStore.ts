/** A Lease in Kubernetes. Every call has a deadline. */
import { CoordinationV1Api, type KubeConfig, type V1Lease, V1MicroTime } from "@kubernetes/client-node";
import { nullIfMissing } from "../kubernetes/nullIfMissing.ts";
import { apiDeadline } from "./apiDeadline.ts";
import type { LeaseStore } from "./lease.ts";

export interface LeasePlace {
	readonly config: KubeConfig;
	readonly namespace: string;
	readonly name: string;
	readonly deadlineMs: number;
}

export function leaseStore({ config, namespace, name, deadlineMs }: LeasePlace): LeaseStore {
	const api = config.makeApiClient(CoordinationV1Api);
	const bounded = apiDeadline(deadlineMs);
	return {
		read: () => bounded("reading the lease", api.readNamespacedLease({ name, namespace }).catch(nullIfMissing)),
		write: (lease: V1Lease) => {
			const body = { ...lease, metadata: { ...lease.metadata, name, namespace }, spec: microTimes(lease) };
			const call =
				lease.metadata?.resourceVersion === undefined
					? api.createNamespacedLease({ namespace, body })
					: api.replaceNamespacedLease({ name, namespace, body });
			return bounded("writing the lease", call);
		},
	};
}

/** The client drops microseconds from plain dates, and the server refuses a time without them. */
function microTimes(lease: V1Lease): NonNullable<V1Lease["spec"]> {
	const micro = (time: Date | undefined) => (time === undefined ? {} : new V1MicroTime(time));
	const { acquireTime, renewTime, ...rest } = lease.spec ?? {};
	return {
		...rest,
		acquireTime: micro(acquireTime) as V1MicroTime,
		renewTime: micro(renewTime) as V1MicroTime,
	};
}
