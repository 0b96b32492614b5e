/** The names by which pods reach an instance; certificates carry them. */

/** The headless Service of every database. */
export const headlessService = "mysql";

export interface Domain {
	readonly namespace: string;
	/** The cluster's DNS domain, `cluster.local` unless changed. */
	readonly clusterDomain: string;
}

/** `mysql-0.mysql.<namespace>.svc.<domain>`: report_host, replication source and TLS identity of an instance. */
export function instanceHost(pod: string, { namespace, clusterDomain }: Domain): string {
	return `${pod}.${headlessService}.${namespace}.svc.${clusterDomain}`;
}
