/** The name by which applications reach a database, in whichever cloud's DNS. */
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseConfig, StackConfig } from "../objectives/index.ts";
import type { Receivers } from "./alarms.ts";
import { CloudDnsName } from "./names/cloudDns.ts";
import { figuresRegion, Route53Name } from "./names/route53.ts";

/**
 * @param address of the primary, outside the cluster
 * @param receivers of alarms
 */
export function nameDatabase(
	{ name, dns }: DatabaseConfig,
	{ cloud, madeStores, site }: StackConfig,
	address: pulumi.Input<string>,
	receivers: Receivers = {},
): void {
	if (!dns || !cloud) return;
	const { host, aws, gcp } = dns;
	if (madeStores?.adopt) {
		leaveName(host);
		return;
	}
	const region = cloud.regions[0];
	if (cloud.provider === "aws" && aws)
		new Route53Name(name, { host, address, region, ...aws, alarms: receivers[figuresRegion] ?? [] });
	const project = gcp?.project ?? madeStores?.gcp?.project ?? site.gke?.project;
	if (cloud.provider === "gcp" && gcp && project) new CloudDnsName(name, { host, address, zone: gcp.zone, project });
}

/** The record is there already, and where it leads is for whoever has seen that this database has the data. */
function leaveName(host: string): void {
	void pulumi.log.info(
		`${host} is the stack's that made the stores (stores.adopt): lead it here by hand (docs/clouds.md)`,
	);
}
