/** How clients and instances find each other. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
	adminPort,
	databaseName,
	labels,
	metadata,
	mysqlPort,
	type Place,
	primaryName,
	readsLabel,
	replicasName,
	roleLabel,
	skipAwait,
} from "../naming.ts";

/** How the primary and the replicas are reached from outside the cluster. */
export type Expose = "ClusterIP" | "NodePort" | "LoadBalancer";

export interface Exposure {
	readonly expose: Expose;
	/** Annotations by which a cloud makes the load balancer: without them it may be one of the Internet. */
	readonly balancer: Readonly<Record<string, string>>;
	/** Whether a name outside the cluster leads to it. */
	readonly named: boolean;
}

const mysql = { name: "mysql", port: mysqlPort, targetPort: mysqlPort, protocol: "TCP" };
const admin = { name: "admin", port: adminPort, targetPort: adminPort, protocol: "TCP" };

/**
 * Names for each instance (also for those that are not ready: replication and the watchdog talk to them first).
 */
export function declareInstanceNames(name: string, place: Place, opts: pulumi.CustomResourceOptions) {
	return new k8s.core.v1.Service(
		`${name}-instances`,
		{
			metadata: metadata(place, "database", databaseName, skipAwait),
			spec: {
				clusterIP: "None",
				publishNotReadyAddresses: true,
				selector: labels(place, "database"),
				ports: [mysql, admin],
			},
		},
		opts,
	);
}

/**
 * The address of the primary. No selector: its EndpointSlice is the watchdog's, and one write of it moves every client
 * at once (0 to 30 ms measured; by labels 0.4 to 1.4 s, with connections to both meanwhile).
 */
export function declarePrimaryAddress(
	name: string,
	place: Place,
	{ expose, balancer, named }: Exposure,
	opts: pulumi.CustomResourceOptions,
) {
	// A name leads to the balancer's address: that is waited for, endpoints are not, since there is no selector.
	const annotations = { ...(named ? {} : skipAwait), ...balancer };
	return new k8s.core.v1.Service(
		`${name}-primary`,
		{
			metadata: metadata(place, "database", primaryName, annotations),
			spec: { type: expose, ports: [mysql] },
		},
		opts,
	);
}

/** The address of the replicas that are fresh enough, by labels that the watchdog sets: so nothing to wait for here. */
export function declareReplicasAddress(
	name: string,
	place: Place,
	{ expose, balancer }: Exposure,
	opts: pulumi.CustomResourceOptions,
) {
	return new k8s.core.v1.Service(
		`${name}-replicas`,
		{
			metadata: metadata(place, "database", replicasName, { ...skipAwait, ...balancer }),
			spec: {
				type: expose,
				selector: { ...labels(place, "database"), [roleLabel]: "replica", [readsLabel]: "true" },
				ports: [mysql],
			},
		},
		opts,
	);
}
