/** The network of a cluster in Google Cloud: nodes without addresses of the Internet, and a way out for them. */
import { Network as GcpNetwork } from "@pulumi/gcp/compute/network.js";
import { Router } from "@pulumi/gcp/compute/router.js";
import { RouterNat } from "@pulumi/gcp/compute/routerNat.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterPlace } from "../made.ts";

export interface Network {
	/** Undefined where the subnetwork is there already: it says which. */
	readonly network?: pulumi.Input<string> | undefined;
	readonly subnetwork: pulumi.Input<string>;
	/** The way to the Internet, without which images cannot be pulled from anywhere but Google. */
	readonly ready: readonly pulumi.Resource[];
}

export interface NetworkArgs extends ClusterPlace {
	readonly project: string;
	/** One that is there already; then nothing is made. */
	readonly subnetwork?: string | undefined;
}

/** Both are regional: no zone's loss takes the way out from another. */
export function declareNetwork(
	name: string,
	{ name: called, project, region, subnetwork }: NetworkArgs,
	opts: pulumi.CustomResourceOptions,
): Network {
	if (subnetwork !== undefined) return { subnetwork, ready: [] };
	const network = new GcpNetwork(name, { name: called, project, autoCreateSubnetworks: false }, opts);
	const subnet = new Subnetwork(
		name,
		{
			...{ name: called, project, region, network: network.id, ipCidrRange: "10.80.0.0/20" },
			// What goes to the stores stays within Google's own network.
			privateIpGoogleAccess: true,
		},
		opts,
	);
	const router = new Router(name, { name: called, project, region, network: network.id }, opts);
	const nat = new RouterNat(
		name,
		{
			...{ name: called, project, region, router: router.name, natIpAllocateOption: "AUTO_ONLY" },
			sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
		},
		opts,
	);
	return { network: network.id, subnetwork: subnet.id, ready: [nat] };
}
