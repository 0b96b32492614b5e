/** Every name under which a client may reach an instance. */
import { type Domain, headlessService } from "../instance/hostName.ts";

/** Services in front of the instances, besides the headless one. */
const services = [headlessService, "mysql-primary", "mysql-replicas"] as const;

/** Each name bare, and with the namespace, `.svc` and the cluster's domain appended; and `localhost`. */
export function serverNames(domain: Domain, members: number): readonly string[] {
	const pods = Array.from({ length: members }, (_, n) => `mysql-${n}.${headlessService}`);
	const { namespace, clusterDomain } = domain;
	const suffixes = ["", `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.${clusterDomain}`];
	const names = [...services, ...pods];
	return [...names.flatMap((name) => suffixes.map((suffix) => name + suffix)), "localhost"];
}
