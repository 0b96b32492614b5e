import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Duration, Plan } from "../objectives/index.ts";
import { labels, metadata, type Place, skipAwait, watchdogName, watchdogPort } from "./naming.ts";
import type { Resources, Separation } from "./podSecurity.ts";
import { declareAccess, type WatchdogSecrets, watchdogRules } from "./watchdog/access.ts";
import { watchdogPod } from "./watchdog/pod.ts";

/** What the watchdogs of one database are declared from. */
export interface WatchdogArgs extends Place {
	/** What is promised: the failover must fit into it. */
	readonly rto: Duration;
	readonly rpo: Duration;
	/** The plan whose failover settings the watchdogs follow. */
	readonly plan: Plan;
	/** The runtime image. */
	readonly image: string;
	/** Changes when the settings do, and so restarts the watchdogs with the new ones. */
	readonly settingsHash: string;
	/** Names of the Secrets that it makes and renews, and of those that it was given to read. */
	readonly secrets: WatchdogSecrets;
	/** Of each watchdog. Default {@link defaultResources}. */
	readonly resources?: Resources | undefined;
	readonly priorityClass?: string | undefined;
}

/**
 * Memory for Node.js and the caches of a small namespace. Half a CPU, since a throttled watchdog answers late: with a
 * tenth of one, a probe every 250 ms was held back by the scheduler's 100 ms periods.
 */
export const defaultResources: Resources = { cpu: "500m", memory: "256Mi" };

/**
 * Three watchdogs, one a zone, of which the holder of a Lease acts: it sets up replication, keeps the primary's
 * EndpointSlice and the role labels, and promotes a replica when the primary is lost. Ready once the Secrets exist that
 * the database's pods mount.
 *
 * Nothing that it changes at run time (EndpointSlice, labels, cluster record, Lease, Secrets) is declared here or
 * elsewhere: an update never fights a failover.
 */
export class Watchdog extends pulumi.ComponentResource {
	/** The Service of the watchdogs' port 8080: status and metrics. */
	readonly service: string = watchdogName;

	constructor(name: string, args: WatchdogArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:Watchdog", name, args, opts);
		const place: Place = { cluster: args.cluster, namespace: args.namespace };
		const own = { parent: this, ...(opts?.dependsOn ? { dependsOn: opts.dependsOn } : {}) };

		const access = declareAccess(name, place, watchdogRules(args.plan.topology.instances, args.secrets), own);
		declareDisruptionBudget(name, place, own);
		declareService(name, place, own);
		declareDeployment(name, args, { parent: this, dependsOn: access });

		this.registerOutputs({ service: this.service });
	}
}

/** A drain takes one zone's watchdog at a time. */
function declareDisruptionBudget(name: string, place: Place, opts: pulumi.CustomResourceOptions) {
	return new k8s.policy.v1.PodDisruptionBudget(
		name,
		{
			metadata: metadata(place, "watchdog", watchdogName),
			spec: { maxUnavailable: 1, selector: { matchLabels: labels(place, "watchdog") } },
		},
		opts,
	);
}

function declareService(name: string, place: Place, opts: pulumi.CustomResourceOptions) {
	return new k8s.core.v1.Service(
		name,
		{
			metadata: metadata(place, "watchdog", watchdogName, skipAwait),
			spec: {
				selector: labels(place, "watchdog"),
				ports: [{ name: "http", port: watchdogPort, targetPort: watchdogPort, protocol: "TCP" }],
			},
		},
		opts,
	);
}

/** Replaced one after the other, without a surplus pod: with required anti-affinity there is no zone for a fourth. */
function declareDeployment(name: string, args: WatchdogArgs, opts: pulumi.CustomResourceOptions) {
	const { settingsHash, plan } = args;
	const selector = labels(args, "watchdog");
	return new k8s.apps.v1.Deployment(
		name,
		{
			metadata: metadata(args, "watchdog", watchdogName),
			spec: {
				replicas: plan.topology.watchdogs,
				strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
				selector: { matchLabels: selector },
				template: {
					metadata: { labels: selector, annotations: { "mysql-dr/settings": settingsHash } },
					spec: watchdogPod({
						place: args,
						image: args.image,
						resources: args.resources ?? defaultResources,
						separation: separation(plan),
						priorityClass: args.priorityClass,
					}),
				},
			},
		},
		opts,
	);
}

/** One a zone whatever the tier, where there are zones enough: a watchdog that dies with the primary watches nothing. */
function separation({ topology }: Plan): Separation {
	return topology.zones.length >= topology.watchdogs ? "required" : "preferred";
}
