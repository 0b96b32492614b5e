/** The name by which applications reach a database, in whichever cloud's DNS. */
import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseConfig, StackConfig } from "../objectives/index.ts";
import { CloudDnsName } from "./names/cloudDns.ts";
import { Route53Name } from "./names/route53.ts";

/** @param address of the primary, outside the cluster */
export function nameDatabase(
	{ name, dns }: DatabaseConfig,
	{ cloud, madeStores, site }: StackConfig,
	address: pulumi.Input<string>,
): void {
	if (!dns || !cloud) return;
	const { host, aws, gcp } = dns;
	const region = cloud.regions[0];
	if (cloud.provider === "aws" && aws)
		new Route53Name(name, { host, address, region, ...aws, alarms: madeStores?.aws?.alarms ?? [] });
	const project = gcp?.project ?? madeStores?.gcp?.project ?? site.gke?.project;
	if (cloud.provider === "gcp" && gcp && project) new CloudDnsName(name, { host, address, zone: gcp.zone, project });
}
