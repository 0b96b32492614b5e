/** What is wrong with the names of databases although each setting alone is well formed. */
import type { Cloud } from "./cloud.ts";
import { UserError } from "./error.ts";
import type { DnsConfig, ReadableConfig } from "./stack.ts";

interface Named {
	readonly dns: DnsConfig;
	readonly field: string;
}

export function checkDns(config: ReadableConfig): UserError[] {
	const named = (config.databases ?? []).flatMap((database, index) =>
		database?.dns ? [{ dns: database.dns, field: `databases[${index}].dns` }] : [],
	);
	return named.flatMap((one) => [...checkHost(one, named), ...checkPlace(one, config)]);
}

function checkHost({ dns: { host }, field }: Named, named: readonly Named[]): UserError[] {
	const first = named.find(({ dns }) => dns.host === host)?.field ?? field;
	return first === field ? [] : [sharedHost(host, field, first)];
}

function checkPlace({ dns, field }: Named, { cloud, site, madeStores }: ReadableConfig): UserError[] {
	if (!cloud) return [noCloud(dns.host, field)];
	const project = dns.gcp?.project ?? madeStores?.gcp?.project ?? site?.gke?.project;
	return [
		...(site && site.expose !== "LoadBalancer" ? [unreachable(dns.host, field)] : []),
		...(dns[cloud.provider] ? [] : [missing(cloud.provider, field)]),
		...(cloud.provider === "gcp" && dns.gcp && project === undefined ? [noProject(field)] : []),
	];
}

function sharedHost(host: string, field: string, first: string): UserError {
	const remedy = "give each database a name of its own";
	return new UserError({
		field: `${field}.host`,
		value: host,
		wrong: `"${host}" names two databases (see ${first})`,
		remedy,
	});
}

function noCloud(host: string, field: string): UserError {
	const remedy = "set cloud and regions, or leave it out and name the Services' addresses yourself";
	return new UserError({ field, value: host, wrong: `"${host}" is to be declared, and no cloud is set`, remedy });
}

/** A name that leads to an address of the cluster's own leads nowhere. */
function unreachable(host: string, field: string): UserError {
	const remedy = "set site.expose to LoadBalancer, or leave it out";
	return new UserError({
		field,
		value: host,
		wrong: `"${host}" has no address to lead to: none is outside the cluster`,
		remedy,
	});
}

function missing(provider: Cloud, field: string): UserError {
	const remedy = `write ${field}.${provider}: { zone: … }`;
	return new UserError({ field: `${field}.${provider}`, value: undefined, wrong: "is missing", remedy });
}

function noProject(field: string): UserError {
	const remedy = "write the ID of the project that the zone is in";
	return new UserError({ field: `${field}.gcp.project`, value: undefined, wrong: "is missing", remedy });
}
