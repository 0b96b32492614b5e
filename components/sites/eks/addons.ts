/** What EKS runs in the cluster for us: network, names, identities, volumes and their snapshots. */
import { Addon } from "@pulumi/aws/eks/addon.js";
import type { Cluster } from "@pulumi/aws/eks/cluster.js";
import { getAddonVersionOutput } from "@pulumi/aws/eks/getAddonVersion.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import type * as pulumi from "@pulumi/pulumi";
import { partitionOf, podTrust } from "../../stores/aws/policies.ts";
import type { ClusterPlace } from "../made.ts";

/** A ServiceAccount of `kube-system`, and what AWS lets it do. */
interface Served {
	readonly account: string;
	readonly policy: string;
}

/** What a node needs to become ready. The policies of the stack are enforced by the first. */
export function declareFirstAddons(
	name: string,
	place: ClusterPlace,
	cluster: Cluster,
	opts: pulumi.CustomResourceOptions,
): Addon[] {
	const network = { account: "aws-node", policy: "AmazonEKS_CNI_Policy" };
	const enforced = { configurationValues: JSON.stringify({ enableNetworkPolicy: "true" }) };
	return [
		declareAddon(name, "eks-pod-identity-agent", { cluster }, opts),
		declareAddon(name, "kube-proxy", { cluster }, opts),
		declareAddon(name, "vpc-cni", { cluster, ...enforced, ...declareRole(name, place, network, opts) }, opts),
	];
}

/** What needs nodes to run on. */
export function declareAddons(
	name: string,
	place: ClusterPlace,
	cluster: Cluster,
	opts: pulumi.CustomResourceOptions,
): Addon[] {
	const volumes = { account: "ebs-csi-controller-sa", policy: "AmazonEBSCSIDriverPolicyV2" };
	return [
		declareAddon(name, "coredns", { cluster }, opts),
		declareAddon(name, "aws-ebs-csi-driver", { cluster, ...declareRole(name, place, volumes, opts) }, opts),
		declareAddon(name, "snapshot-controller", { cluster }, opts),
	];
}

interface AddonShape {
	readonly cluster: Cluster;
	readonly configurationValues?: string;
	readonly podIdentityAssociations?: { readonly roleArn: pulumi.Input<string>; readonly serviceAccount: string }[];
}

/** In the version that EKS names for the cluster's, and raised with it; what others changed in it stays. */
function declareAddon(
	name: string,
	addonName: string,
	{ cluster, ...shape }: AddonShape,
	opts: pulumi.CustomResourceOptions,
): Addon {
	const { version: addonVersion } = getAddonVersionOutput({ addonName, kubernetesVersion: cluster.version }, opts);
	return new Addon(
		`${name}-${addonName}`,
		{
			...{ clusterName: cluster.name, addonName, addonVersion, ...shape },
			...{ resolveConflictsOnCreate: "OVERWRITE", resolveConflictsOnUpdate: "PRESERVE" },
		},
		opts,
	);
}

function declareRole(
	name: string,
	{ name: called, region }: ClusterPlace,
	{ account, policy }: Served,
	opts: pulumi.CustomResourceOptions,
): Pick<Required<AddonShape>, "podIdentityAssociations"> {
	const trust = podTrust({ cluster: called, namespace: "kube-system" }, account, called);
	const description = `${account} of ${called}`;
	const role = new Role(`${name}-${account}`, { assumeRolePolicy: JSON.stringify(trust), description }, opts);
	const policyArn = `arn:${partitionOf(region)}:iam::aws:policy/${policy}`;
	const right = new RolePolicyAttachment(`${name}-${account}`, { role: role.name, policyArn }, opts);
	// Known once the right is given, so that nothing begins without it.
	const roleArn = right.id.apply(() => role.arn);
	return { podIdentityAssociations: [{ roleArn, serviceAccount: account }] };
}
