import { AccessEntry } from "@pulumi/aws/eks/accessEntry.js";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import { Cluster } from "@pulumi/aws/eks/cluster.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { EksConfig } from "../../objectives/index.ts";
import { partitionOf, serviceTrust } from "../stores/aws/policies.ts";
import { declareAddons, declareFirstAddons } from "./eks/addons.ts";
import { declareNetwork } from "./eks/network.ts";
import { declareNodes } from "./eks/nodes.ts";
import { kubeconfig } from "./kubeconfig.ts";
import type { ClusterPlace, MadeCluster } from "./made.ts";

/** What an EKS cluster is declared from. */
export interface EksClusterArgs extends ClusterPlace, Omit<EksConfig, "name"> {}

/**
 * An EKS cluster with nodes in three zones, each with a group of its own, so that a zone's nodes come back in that zone,
 * where their volumes are. Pods are known by Pod Identity; volumes are made and snapshot by the EBS driver.
 *
 * *Data*: what is in the cluster is lost with it; cluster and key are protected. Volumes and stores are not in it.
 */
export class EksCluster extends pulumi.ComponentResource implements MadeCluster {
	readonly clusterName: pulumi.Output<string>;
	readonly kubeconfig: pulumi.Output<string>;
	readonly ready: readonly pulumi.Resource[];

	constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:EksCluster", name, args, opts);
		const tags = { "mysql-dr:stack": pulumi.getStack() };
		const provider = new Provider(name, { region: args.region, defaultTags: { tags } }, { parent: this });
		const own = { parent: this, provider };

		const network = declareNetwork(name, args, own);
		const cluster = declareCluster(name, args, network.subnets, own);
		const first = declareFirstAddons(name, args, cluster, own);
		const nodes = declareNodes(
			name,
			args,
			{ cluster, subnets: network.subnets },
			{ ...own, dependsOn: [...first, ...network.ready] },
		);
		const addons = declareAddons(name, args, cluster, { ...own, dependsOn: [...nodes] });
		const admins = declareAdmins(name, args, cluster, own);

		this.ready = [...nodes, ...first, ...addons, ...admins];
		this.clusterName = cluster.name;
		this.kubeconfig = kubeconfigOf(args, cluster);
		this.registerOutputs({ clusterName: this.clusterName, kubeconfig: this.kubeconfig });
	}
}

function declareCluster(
	name: string,
	{ name: called, version, reachableFrom, region }: EksClusterArgs,
	subnets: readonly pulumi.Input<string>[],
	opts: pulumi.CustomResourceOptions,
): Cluster {
	const assumeRolePolicy = JSON.stringify(serviceTrust("eks.amazonaws.com"));
	const role = new Role(`${name}-cluster`, { assumeRolePolicy, description: `Control plane of ${called}` }, opts);
	const policyArn = `arn:${partitionOf(region)}:iam::aws:policy/AmazonEKSClusterPolicy`;
	const right = new RolePolicyAttachment(`${name}-cluster`, { role: role.name, policyArn }, opts);
	// Without its key no Secret of the cluster can be read.
	const key = new Key(
		`${name}-secrets`,
		{ description: `Secrets of ${called}`, enableKeyRotation: true, deletionWindowInDays: 30 },
		{ ...opts, protect: true, retainOnDelete: true },
	);
	return new Cluster(
		name,
		{
			...{ name: called, roleArn: role.arn, deletionProtection: true, bootstrapSelfManagedAddons: false },
			...(version === undefined ? {} : { version }),
			vpcConfig: {
				...{ subnetIds: [...subnets], endpointPrivateAccess: true, endpointPublicAccess: true },
				publicAccessCidrs: [...reachableFrom],
			},
			accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
			encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
			enabledClusterLogTypes: ["audit", "authenticator"],
			// A version whose time is over is raised by EKS, rather than billed six times as high.
			upgradePolicy: { supportType: "STANDARD" },
		},
		{ ...opts, protect: true, dependsOn: right },
	);
}

/** Besides whoever runs Pulumi: those who are called at night. */
function declareAdmins(
	name: string,
	{ admins = [], region }: EksClusterArgs,
	cluster: Cluster,
	opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
	const policyArn = `arn:${partitionOf(region)}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;
	return admins.map((principalArn) => {
		// With its path and its account: two roles may be called the same.
		const title = `${name}-admin-${principalArn.slice(principalArn.indexOf("iam::") + "iam::".length)}`;
		const entry = new AccessEntry(title, { clusterName: cluster.name, principalArn }, opts);
		return new AccessPolicyAssociation(
			title,
			{ clusterName: cluster.name, principalArn: entry.principalArn, policyArn, accessScope: { type: "cluster" } },
			opts,
		);
	});
}

function kubeconfigOf({ region }: EksClusterArgs, cluster: Cluster): pulumi.Output<string> {
	return pulumi
		.all([cluster.name, cluster.endpoint, cluster.certificateAuthority.data])
		.apply(([name, server, authority]) =>
			kubeconfig({
				...{ name, server, authority },
				exec: {
					command: "aws",
					args: ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
					installHint: "Install the AWS command line: https://docs.aws.amazon.com/cli/",
				},
			}),
		);
}
