/** Every name and address of a site follows from its slot, so several sites live side by side. */
import { UserError } from "../../objectives/error.ts";

/** Slots on one machine. Nodes take 10.231.SLOT.0/24, pods 10.(64+SLOT).0.0/16. */
export const slotCount = 16;

export type Role = "control" | "zone";

export interface Machine {
	readonly name: string;
	readonly role: Role;
	readonly address: string;
	/** Its network namespace. */
	readonly namespace: string;
	/** Addresses of its pods; zones only. */
	readonly podRange: string | undefined;
}

export interface Layout {
	readonly site: string;
	readonly slot: number;
	readonly region: string;
	/** The network namespace with the bridge between the machines. */
	readonly switchNamespace: string;
	/** The one interface that the site has in the machine's own network namespace. */
	readonly hostInterface: string;
	/** This machine as the site's machines see it. */
	readonly hostAddress: string;
	readonly nodeRange: string;
	readonly podRange: string;
	readonly control: Machine;
	readonly zones: readonly Machine[];
	readonly server: string;
	/** The site's part of every cgroup hierarchy. */
	readonly cgroup: string;
}

/** The same on every site: nothing outside a site's own namespaces ever sees a Service's address. */
export const serviceRange = "10.96.0.0/16";
export const apiServiceAddress = "10.96.0.1";
export const dnsServiceAddress = "10.96.0.10";

const zoneName = /^[a-z][a-z0-9-]{0,11}$/;

/** The names that a slot alone decides. */
export function slotNames(slot: number): Pick<Layout, "hostInterface" | "cgroup"> {
	return { hostInterface: `mdr${slot}`, cgroup: `/mysql-dr/${slot}` };
}

export function layoutOf(site: string, slot: number, region: string, zones: readonly string[]): Layout {
	if (!Number.isInteger(slot) || slot < 0 || slot >= slotCount)
		throw new RangeError(`slot ${slot} is not within 0 and ${slotCount - 1}`);
	checkZones(zones);
	const address = (host: number) => `10.231.${slot}.${host}`;
	const namespace = (machine: string) => `mdr${slot}-${machine}`;
	const control: Machine = {
		name: "cp",
		role: "control",
		address: address(10),
		namespace: namespace("cp"),
		podRange: undefined,
	};
	return {
		site,
		slot,
		region,
		switchNamespace: namespace("sw"),
		...slotNames(slot),
		hostAddress: address(1),
		nodeRange: `10.231.${slot}.0/24`,
		podRange: `10.${64 + slot}.0.0/16`,
		control,
		zones: zones.map((name, index) => ({
			name,
			role: "zone",
			address: address(11 + index),
			namespace: namespace(name),
			podRange: `10.${64 + slot}.${index + 1}.0/24`,
		})),
		server: `https://${control.address}:6443`,
	};
}

export function machinesOf(layout: Layout): readonly Machine[] {
	return [layout.control, ...layout.zones];
}

/** A machine by name, or a UserError that lists the names. */
export function machineNamed(layout: Layout, name: string): Machine {
	const found = machinesOf(layout).find((machine) => machine.name === name);
	if (found) return found;
	const names = machinesOf(layout).map((machine) => machine.name);
	throw new UserError({
		field: "machine",
		value: name,
		remedy: `site ${layout.site} has ${names.join(", ")}`,
	});
}

/** Names become network interfaces (15 characters at most) and labels. */
function checkZones(zones: readonly string[]): void {
	const reserved = ["cp", "sw", "host"];
	const bad = zones.find((zone) => !zoneName.test(zone) || reserved.includes(zone));
	if (bad !== undefined)
		throw new UserError({
			field: "site.zones",
			value: bad,
			remedy: `use 1 to 12 lower-case letters, digits and dashes, and none of ${reserved.join(", ")}`,
		});
	if (zones.length < 1 || zones.length > 9 || new Set(zones).size !== zones.length)
		throw new UserError({
			field: "site.zones",
			value: zones.join(", "),
			remedy: "name one to nine zones, each once",
		});
}
