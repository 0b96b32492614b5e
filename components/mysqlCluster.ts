import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
	annotationsOf,
	type Duration,
	type Objectives,
	type Plan,
	type SiteFacts,
	type Size,
} from "../objectives/index.ts";
import { claimSpec } from "./mysql/claims.ts";
import { instancePod } from "./mysql/pod.ts";
import { declareInstanceNames, declarePrimaryAddress, declareReplicasAddress, type Expose } from "./mysql/services.ts";
import { claimTemplate, databaseName, labels, metadata, type Place, primaryName, replicasName } from "./naming.ts";
import type { Resources } from "./podSecurity.ts";

/** What one MySQL cluster is declared from. */
export interface MysqlClusterArgs extends Place {
	/** The tier's promise, which binds whatever the site survives. */
	readonly rto: Duration;
	readonly rpo: Duration;
	/** The promise for each scenario. */
	readonly objectives: Objectives;
	/** What follows from the objectives: policies compare its forecast with them. */
	readonly plan: Plan;
	/** Where it runs: the forecast depends on it. */
	readonly site: SiteFacts;
	/** Runs mysqld 8.4 or later: the official image, or the runtime image. Pin it by digest in production. */
	readonly image: string;
	/** Prepares each instance. */
	readonly runtimeImage: string;
	/** CPU and memory of each instance; requests equal limits. */
	readonly resources: Resources;
	/** Size and class of a volume that is missing; existing claims are `DatabaseHome`'s. */
	readonly volume: Size;
	readonly storageClass?: string | undefined;
	/** How clients outside the cluster reach primary and replicas. Default `ClusterIP`: they do not. */
	readonly expose?: Expose | undefined;
	/** Annotations of load balancers, where there are any. */
	readonly balancer?: Readonly<Record<string, string>> | undefined;
	/** Whether a name outside the cluster leads to the primary: then its load balancer's address is waited for. */
	readonly named?: boolean | undefined;
	/** Names of the Secrets with passwords and certificates; never their contents. */
	readonly credentials: string;
	readonly certificates: string;
	/** Changes when the instances' configuration does: the watchdog then makes them anew one after the other. */
	readonly instanceHash: string;
	readonly priorityClass?: string | undefined;
}

/**
 * Three MySQL instances in three zones, semi-synchronously replicated, and the names by which they are reached.
 * Give it `dependsOn: [home, watchdog]`: its pods mount the Secrets that the watchdog makes.
 *
 * *Data*: it lies in the claims of `DatabaseHome`; nothing here holds any, so deleting or replacing this loses none.
 */
export class MysqlCluster extends pulumi.ComponentResource {
	/** Of the primary's load balancer, where there is one: a host's name (AWS), or an address (Google Cloud). */
	readonly address: pulumi.Output<string>;
	/** Names of the Services in the namespace. */
	readonly services = { instances: databaseName, primary: primaryName, replicas: replicasName };

	constructor(name: string, args: MysqlClusterArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:MysqlCluster", name, args, opts);
		const place: Place = { cluster: args.cluster, namespace: args.namespace };
		const { expose = "ClusterIP", balancer = {}, named = false } = args;
		const exposure = { expose, balancer, named };
		const after = { parent: this, ...(opts?.dependsOn ? { dependsOn: opts.dependsOn } : {}) };

		declareInstanceNames(name, place, after);
		const primary = declarePrimaryAddress(name, place, exposure, after);
		declareReplicasAddress(name, place, exposure, after);
		declareDisruptionBudget(name, place, after);
		declareStatefulSet(name, args, after);

		this.address = primary.status.apply(addressOf);
		this.registerOutputs({ services: this.services });
	}
}

function addressOf(status: k8s.types.output.core.v1.ServiceStatus | undefined): string {
	const [ingress] = status?.loadBalancer?.ingress ?? [];
	return ingress?.hostname ?? ingress?.ip ?? "";
}

/** A drain takes one instance at a time: two remain, and writes go on. */
function declareDisruptionBudget(name: string, place: Place, opts: pulumi.CustomResourceOptions) {
	return new k8s.policy.v1.PodDisruptionBudget(
		name,
		{
			metadata: metadata(place, "database", databaseName),
			spec: { maxUnavailable: 1, selector: { matchLabels: labels(place, "database") } },
		},
		opts,
	);
}

/** All instances start at once: which of them leads is not a matter of their numbers. */
function declareStatefulSet(name: string, args: MysqlClusterArgs, opts: pulumi.CustomResourceOptions) {
	const own = labels(args, "database");
	const { topology, failover } = args.plan;
	return new k8s.apps.v1.StatefulSet(
		name,
		{
			metadata: metadata(args, "database", databaseName, annotationsOf(args.objectives)),
			spec: {
				replicas: topology.instances,
				serviceName: databaseName,
				podManagementPolicy: "Parallel",
				// Kubernetes would replace pods by their numbers, a primary like any other; the watchdog leads instead.
				updateStrategy: { type: "OnDelete" },
				selector: { matchLabels: own },
				template: {
					metadata: { labels: own, annotations: { "mysql-dr/instance-settings": args.instanceHash } },
					spec: instancePod({
						...args,
						place: args,
						separation: topology.antiAffinity,
						drainLimit: failover.drainLimit,
					}),
				},
				volumeClaimTemplates: [{ metadata: { name: claimTemplate, labels: own }, spec: claimSpec(args) }],
			},
		},
		// Kubernetes cannot change a claim template, so the provider would replace the whole set: the claims grow instead.
		// The strategy of a set that was made with another cannot be changed by server-side apply: Kubernetes refuses the
		// `rollingUpdate` that it had filled in itself. The watchdog changes that one.
		{ ...opts, ignoreChanges: ["spec.volumeClaimTemplates", "spec.updateStrategy"] },
	);
}
