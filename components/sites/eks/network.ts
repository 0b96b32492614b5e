/** The network of a cluster in AWS: a private subnet in each zone, and a way out that no zone's loss takes from another. */
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterPlace } from "../made.ts";

export interface Network {
	/** IDs, in the order of the zones. */
	readonly subnets: readonly pulumi.Input<string>[];
	/** The way to the Internet, without which nodes cannot join. */
	readonly ready: readonly pulumi.Resource[];
}

/** A pod has an address of the subnet's: 8,187 of them in each zone. */
const range = "10.80.0.0/16";
const subnetRange = (index: number) => `10.80.${index * 32}.0/19`;

/** @param args `subnets`: those that are there already; then nothing is made */
export function declareNetwork(
	name: string,
	{ name: called, region, zones, subnets }: ClusterPlace & { readonly subnets?: readonly string[] | undefined },
	opts: pulumi.CustomResourceOptions,
): Network {
	if (subnets) return { subnets, ready: [] };
	const tags = { Name: called };
	const vpc = new Vpc(name, { cidrBlock: range, enableDnsHostnames: true, enableDnsSupport: true, tags }, opts);
	const internet = new InternetGateway(name, { vpcId: vpc.id, tags }, opts);
	const table = declareRoutes(name, { vpc, zones, tags }, { ...opts, dependsOn: internet });
	// What goes to the near store goes by it, and not by the gateway, which bills each gigabyte.
	new VpcEndpoint(
		`${name}-s3`,
		{ vpcId: vpc.id, serviceName: `com.amazonaws.${region}.s3`, vpcEndpointType: "Gateway", routeTableIds: [table.id] },
		opts,
	);
	const made = zones.map((zone, index) => {
		const subnet = new Subnet(
			`${name}-${zone}`,
			{
				...{ vpcId: vpc.id, availabilityZone: zone, cidrBlock: subnetRange(index) },
				// Where load balancers that are not of the Internet are put.
				tags: { Name: `${called}-${zone}`, "kubernetes.io/role/internal-elb": "1" },
			},
			opts,
		);
		const route = new RouteTableAssociation(`${name}-${zone}`, { subnetId: subnet.id, routeTableId: table.id }, opts);
		return { subnet, route };
	});
	return { subnets: made.map(({ subnet }) => subnet.id), ready: made.map(({ route }) => route) };
}

/** One gateway that works in each zone by itself; its addresses are fixed, so that others can let them in. */
function declareRoutes(
	name: string,
	{ vpc, zones, tags }: { readonly vpc: Vpc; readonly zones: readonly string[]; readonly tags: Record<string, string> },
	opts: pulumi.CustomResourceOptions,
): RouteTable {
	const gateway = new NatGateway(
		name,
		{
			...{ vpcId: vpc.id, availabilityMode: "regional", connectivityType: "public", tags },
			availabilityZoneAddresses: zones.map((availabilityZone) => ({
				availabilityZone,
				allocationIds: [new Eip(`${name}-${availabilityZone}`, { domain: "vpc", tags }, opts).allocationId],
			})),
		},
		opts,
	);
	return new RouteTable(
		name,
		{ vpcId: vpc.id, routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: gateway.id }], tags },
		opts,
	);
}
