/** A cluster's nodes in Google Cloud: one pool, whose groups of machines are one for each zone. */
import type { Cluster } from "@pulumi/gcp/container/cluster.js";
import { NodePool } from "@pulumi/gcp/container/nodePool.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import type * as pulumi from "@pulumi/pulumi";
import { accountId } from "../../stores/gcp/identities.ts";
import type { ClusterPlace } from "../made.ts";

export interface NodesArgs extends ClusterPlace {
	readonly project: string;
	readonly machineType: string;
	readonly nodesPerZone: number;
}

export function declareNodes(
	name: string,
	{ project, region, zones, machineType, nodesPerZone }: NodesArgs,
	{ cluster, account: { account, rights } }: { readonly cluster: Cluster; readonly account: NodeAccount },
	opts: pulumi.CustomResourceOptions & { readonly dependsOn: pulumi.Resource[] },
): NodePool {
	return new NodePool(
		name,
		{
			...{ project, cluster: cluster.name, location: region, nodeLocations: [...zones] },
			// Of each zone.
			nodeCount: nodesPerZone,
			management: { autoRepair: true, autoUpgrade: true },
			// One node after the other, each after its successor is there.
			upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
			nodeConfig: {
				...{ machineType, diskType: "pd-balanced", diskSizeGb: 50, serviceAccount: account.email },
				oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
				shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
				// A pod cannot ask for what its node may.
				workloadMetadataConfig: { mode: "GKE_METADATA" },
			},
		},
		{ ...opts, dependsOn: [...opts.dependsOn, ...rights] },
	);
}

/** As whom nodes ask Google, and what that lets them do. */
export interface NodeAccount {
	readonly account: Account;
	readonly rights: readonly IAMMember[];
}

/** What nodes may: their logs and metrics, and images out of the project's own registry. */
export function declareNodeAccount(
	name: string,
	{ name: called, project }: Pick<NodesArgs, "name" | "project">,
	opts: pulumi.CustomResourceOptions,
): NodeAccount {
	const id = accountId(called, called, "nodes");
	const account = new Account(`${name}-nodes`, { accountId: id, project, displayName: `Nodes of ${called}` }, opts);
	const rights = ["container.defaultNodeServiceAccount", "artifactregistry.reader"].map(
		(role) => new IAMMember(`${name}-nodes-${role}`, { project, role: `roles/${role}`, member: account.member }, opts),
	);
	return { account, rights };
}
