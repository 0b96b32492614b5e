/** A cluster's nodes in AWS: a group for each zone. */
import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate.js";
import type { Cluster } from "@pulumi/aws/eks/cluster.js";
import { NodeGroup } from "@pulumi/aws/eks/nodeGroup.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import type * as pulumi from "@pulumi/pulumi";
import { partitionOf, serviceTrust } from "../../stores/aws/policies.ts";
import type { ClusterPlace } from "../made.ts";

export interface NodesArgs extends ClusterPlace {
	readonly instanceType: string;
	readonly nodesPerZone: number;
}

/**
 * One group over several zones would put a lost node's successor into any of them, away from its pods' volumes. Names have an
 * end of their own: a group of another type is there before this one goes.
 */
export function declareNodes(
	name: string,
	{ name: called, region, zones, instanceType, nodesPerZone }: NodesArgs,
	{ cluster, subnets }: { readonly cluster: Cluster; readonly subnets: readonly pulumi.Input<string>[] },
	opts: pulumi.CustomResourceOptions & { readonly dependsOn: pulumi.Resource[] },
): NodeGroup[] {
	const { role, rights } = declareRole(name, called, region, opts);
	const template = declareTemplate(name, opts);
	const size = { minSize: nodesPerZone, desiredSize: nodesPerZone, maxSize: nodesPerZone + 1 };
	return zones.map(
		(zone, index) =>
			new NodeGroup(
				`${name}-${zone}`,
				{
					...{ clusterName: cluster.name, nodeGroupNamePrefix: `${zone}-`, nodeRoleArn: role.arn },
					...{
						subnetIds: [subnets[index] as pulumi.Input<string>],
						instanceTypes: [instanceType],
						scalingConfig: size,
					},
					// Without it nodes stay what they were when the control plane is raised.
					version: cluster.version,
					launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
					updateConfig: { maxUnavailable: 1 },
					// A node that answers AWS and not Kubernetes is replaced, too.
					nodeRepairConfig: { enabled: true },
				},
				{ ...opts, dependsOn: [...opts.dependsOn, ...rights] },
			),
	);
}

function declareRole(name: string, called: string, region: string, opts: pulumi.CustomResourceOptions) {
	const assumeRolePolicy = JSON.stringify(serviceTrust("ec2.amazonaws.com"));
	const role = new Role(`${name}-nodes`, { assumeRolePolicy, description: `Nodes of ${called}` }, opts);
	const rights = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"].map((policy) => {
		const policyArn = `arn:${partitionOf(region)}:iam::aws:policy/${policy}`;
		return new RolePolicyAttachment(`${name}-nodes-${policy}`, { role: role.name, policyArn }, opts);
	});
	return { role, rights };
}

/** One hop: a pod cannot ask for what its node may. */
function declareTemplate(name: string, opts: pulumi.CustomResourceOptions): LaunchTemplate {
	const disk = { volumeType: "gp3", volumeSize: 50, encrypted: "true", deleteOnTermination: "true" };
	return new LaunchTemplate(
		`${name}-nodes`,
		{
			metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
			blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: disk }],
			updateDefaultVersion: true,
		},
		opts,
	);
}
