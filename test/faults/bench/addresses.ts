/**
 * A bench's machines: a network namespace each, at one switch. Several benches stand side by side, each on a lane of its
 * own: they share no name, no address and no folder. Names and addresses are no site's.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";

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

export const zones = ["zone-a", "zone-b", "zone-c"] as const;

export interface Addresses {
	/** Of the names of its namespaces and of its folder. */
	readonly prefix: string;
	readonly switchNamespace: string;
	/** This end is in the machine's own network namespace: the tests look through it, the workload does not. */
	readonly hostInterface: string;
	readonly hostAddress: string;
	readonly api: Machine;
	readonly clients: Machine;
	readonly instances: readonly Machine[];
	readonly watchdogs: readonly Machine[];
	readonly machines: readonly Machine[];
}

/** Of the path of a lane's folder. */
export const folderPrefix = ({ prefix }: Pick<Addresses, "prefix">): string => join(tmpdir(), `${prefix}-`);

/** How many benches there can be at once. */
export const lanes = 16;

/** @throws Error when there is no such lane. */
export function addressesOf(lane: number): Addresses {
	if (!Number.isInteger(lane) || lane < 0 || lane >= lanes) throw new Error(`there is no lane ${lane}`);
	const prefix = `mdf${lane}`;
	const addressAt = (host: number) => `10.232.${lane}.${host}`;
	const machine = (name: MachineName, port: string, host: number, zone: string | null): Machine => ({
		name,
		namespace: `${prefix}-${name}`,
		port,
		address: addressAt(host),
		zone,
	});
	const api = machine("api", "api", 10, null);
	const clients = machine("clients", "clients", 40, null);
	const instances = zones.map((zone, n) => machine(`mysql-${n}`, `m${n}`, 20 + n, zone));
	const watchdogs = zones.map((zone, n) => machine(`watchdog-${n}`, `w${n}`, 30 + n, zone));
	const machines = [api, clients, ...instances, ...watchdogs];
	const own = { prefix, switchNamespace: `${prefix}-sw`, hostInterface: prefix, hostAddress: addressAt(1) };
	return { ...own, api, clients, instances, watchdogs, machines };
}

/** Says which lane a process's bench is on; 0 where it is absent. */
export const laneVariable = "MYSQL_DR_FAULTS_LANE";
export const ownLane = Number(process.env[laneVariable] ?? 0);
/** Of this process's bench. */
export const own = addressesOf(ownLane);
export const { api, clients, instances, watchdogs, machines, switchNamespace } = own;

/** @throws Error when there is no such machine. */
export function machineNamed(name: string): Machine {
	const found = machines.find((each) => each.name === name);
	if (found === undefined) throw new Error(`the bench has no machine ${name}`);
	return found;
}

/** All machines of one zone: what a zone's loss takes away. */
export const machinesOfZone = (zone: string): readonly Machine[] => machines.filter((each) => each.zone === zone);
