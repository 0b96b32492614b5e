/** `mysql-dr endpoints`: how a client outside the cluster reaches the database, or inside where it is not exposed. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import { FailedError } from "../exit.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { readSettings, secretText } from "../kubernetes/declared.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface Endpoint {
	readonly host: string;
	readonly port: number;
}

export async function endpoints(_context: Context, options: SharedOptions): Promise<Result> {
	const access = clusterAccess(options);
	const settings = await readSettings(access);
	const [primary, replicas, ca] = await Promise.all([
		endpoint(access, "mysql-primary", settings.clusterDomain),
		endpoint(access, "mysql-replicas", settings.clusterDomain),
		secretText(access, settings.tlsSecret, "ca.crt"),
	]);
	const lines = [
		...table([
			["primary", `${primary.host}:${primary.port}`],
			["replicas", `${replicas.host}:${replicas.port}`],
		]),
		"certificate authority (its certificates are for the names mysql-primary and mysql-replicas):",
		...ca.trimEnd().split("\n"),
	];
	return { exit: "done", document: { primary, replicas, ca }, lines };
}

async function endpoint(access: ClusterAccess, name: string, domain: string): Promise<Endpoint> {
	const service = await access.service(name);
	if (service === null) throw new FailedError(`there is no Service ${name} in namespace ${access.namespace}`);
	const nodes = service.spec?.type === "NodePort" ? await access.nodes() : [];
	return endpointOf(service, nodes, domain);
}

/**
 * Where a Service is reached: a ready node and its port, the balancer's address, or the name in the cluster.
 * @throws FailedError while there is no node or balancer yet
 */
export function endpointOf(service: V1Service, nodes: readonly V1Node[], domain: string): Endpoint {
	const { name, namespace } = service.metadata ?? {};
	const port = service.spec?.ports?.[0];
	switch (service.spec?.type) {
		case "NodePort": {
			const host = nodes
				.filter(isReady)
				.map(internalAddress)
				.find((address) => address !== undefined);
			if (host === undefined || port?.nodePort === undefined)
				throw new FailedError(`Service ${name}: no node is ready`);
			return { host, port: port.nodePort };
		}
		case "LoadBalancer": {
			const [ingress] = service.status?.loadBalancer?.ingress ?? [];
			const host = ingress?.hostname ?? ingress?.ip;
			if (host === undefined) throw new FailedError(`Service ${name}: the load balancer has no address yet`);
			return { host, port: port?.port ?? 3306 };
		}
		default:
			return { host: `${name}.${namespace}.svc.${domain}`, port: port?.port ?? 3306 };
	}
}

function isReady(node: V1Node): boolean {
	return node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

function internalAddress(node: V1Node): string | undefined {
	return node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
}
