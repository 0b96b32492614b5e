/** What a cluster that the stack makes is to others, whichever cloud it is in. */
import type * as pulumi from "@pulumi/pulumi";

/** Where a cluster is made. */
export interface ClusterPlace {
	/** The cluster's name in the cloud. */
	readonly name: string;
	readonly region: string;
	/** Three zones: each has nodes of its own. */
	readonly zones: readonly string[];
}

export interface MadeCluster extends pulumi.Resource {
	/** The cluster's name, once it is there. */
	readonly clusterName: pulumi.Output<string>;
	/** Of whoever runs the cloud's own command line: it holds no token. */
	readonly kubeconfig: pulumi.Output<string>;
	/** Without these nothing in the cluster can start: it has nodes, and volumes can be made and snapshot. */
	readonly ready: readonly pulumi.Resource[];
}
