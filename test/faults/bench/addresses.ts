/** The bench's machines: a network namespace each, at one switch. Names and addresses are no site's. */

export type MachineName = "api" | "clients" | `mysql-${number}` | `watchdog-${number}`;

export interface Machine {
	readonly name: MachineName;
	/** Its network namespace. */
	readonly namespace: string;
	/** Its port on the switch: an interface name, 15 characters at most. */
	readonly port: string;
	readonly address: string;
	readonly zone: string | null;
}

export const prefix = "mdf";
export const switchNamespace = `${prefix}-sw`;
/** This end is in the machine's own network namespace: the tests look through it, the workload does not. */
export const hostInterface = prefix;
export const hostAddress = "10.230.0.1";
export const zones = ["zone-a", "zone-b", "zone-c"] as const;

const machine = (name: MachineName, port: string, host: number, zone: string | null): Machine => ({
	name,
	namespace: `${prefix}-${name}`,
	port,
	address: `10.230.0.${host}`,
	zone,
});

export const api = machine("api", "api", 10, null);
export const clients = machine("clients", "clients", 40, null);
export const instances = zones.map((zone, n) => machine(`mysql-${n}`, `m${n}`, 20 + n, zone));
export const watchdogs = zones.map((zone, n) => machine(`watchdog-${n}`, `w${n}`, 30 + n, zone));
export const machines: readonly Machine[] = [api, clients, ...instances, ...watchdogs];

/** @throws Error when there is no such machine. */
export function machineNamed(name: string): Machine {
	const found = machines.find((each) => each.name === name);
	if (found === undefined) throw new Error(`the bench has no machine ${name}`);
	return found;
}

/** All machines of one zone: what a zone's loss takes away. */
export const machinesOfZone = (zone: string): readonly Machine[] => machines.filter((each) => each.zone === zone);
