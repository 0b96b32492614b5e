/**
 * A bridge in a network namespace of its own and one namespace a machine. In the machine's own namespace there is one interface,
 * with an address, and a route for each zone's pods; deleting the namespaces removes all of it.
 */
import { existsSync } from "node:fs";
import { readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, succeeds } from "./command.ts";
import { type Layout, type Machine, machinesOf } from "./layout.ts";
import { machineWide } from "./paths.ts";

const sysctlScript = fileURLToPath(new URL("machine/set-sysctls.sh", import.meta.url));

/** `ip netns` makes this folder a mount of itself at its first use. */
const namespaceFolder = "/run/netns";
/** Whether a site was that first user: then the last one takes it away again. */
const folderMark = join(machineWide, "made-netns");

/** Makes what is missing: a run that was interrupted half-way is completed. */
export async function networkUp(layout: Layout): Promise<void> {
	// Built in or a module; without it a pod cannot reach itself through a Service.
	if (!existsSync("/proc/sys/net/bridge")) await succeeds("modprobe", ["br_netfilter"]);
	if (!existsSync(namespaceFolder)) await writeFile(folderMark, "");
	const present = new Set(await namespaces());
	if (!present.has(layout.switchNamespace)) await run("ip", ["netns", "add", layout.switchNamespace]);
	await connectHost(layout);
	for (const machine of machinesOf(layout)) await connectMachine(layout, machine, present.has(machine.namespace));
	await run("ip", ["-batch", "-"], { input: podRoutes(layout) });
}

/** Everything with the slot's names, whatever zones it had: who holds the slot owns the names. */
export async function networkDown({ hostInterface }: Pick<Layout, "hostInterface">): Promise<void> {
	// Before the namespace with its other end: the kernel takes that end, and so this one, away some time after the namespace.
	if (await succeeds("ip", ["link", "show", hostInterface])) await run("ip", ["link", "delete", hostInterface]);
	const own = (await namespaces()).filter((name) => name.startsWith(`${hostInterface}-`));
	for (const name of own) await run("ip", ["netns", "delete", name]);
	if (existsSync(folderMark) && (await namespaces()).length === 0) await removeNamespaceFolder();
}

/** Another program that adds a namespace at this very moment makes the unmounting or the removal fail, which leaves it all. */
async function removeNamespaceFolder(): Promise<void> {
	if (!(await succeeds("umount", [namespaceFolder]))) return;
	await rmdir(namespaceFolder).catch(() => {});
	await rm(folderMark, { force: true });
}

/** Takes a machine's port on the switch down or up: a cable pulled. */
export async function setPort(layout: Layout, machine: string, state: "up" | "down"): Promise<void> {
	const args = ["-n", layout.switchNamespace, "link", "set", machine, state];
	await run("ip", args);
}

/** Who is reached where, for this machine and for each of the site's: lines for `ip -batch`. */
export function podRoutes(layout: Layout): string {
	return layout.zones.map((zone) => `route replace ${zone.podRange} via ${zone.address}\n`).join("");
}

/** Lines for `ip -n NAMESPACE -batch` that give a machine its address and routes. */
export function machineNetwork(layout: Layout, machine: Machine): string {
	const others = layout.zones.filter((zone) => zone.name !== machine.name);
	return [
		"link set lo up",
		`address replace ${machine.address}/24 dev eth0`,
		"link set eth0 up",
		// It leads nowhere, but must exist: without a route the kernel refuses a Service's address before kube-proxy's rules see it.
		`route replace default via ${layout.hostAddress}`,
		...others.map((zone) => `route replace ${zone.podRange} via ${zone.address}`),
		"",
	].join("\n");
}

/** Settings of a machine's network namespace. There is no IPv6 here: addresses without routes only cost time-outs. */
const machineSysctls = [
	"net.ipv4.ip_forward=1",
	"net.bridge.bridge-nf-call-iptables=1",
	"net.ipv6.conf.all.disable_ipv6=1",
	"net.ipv6.conf.default.disable_ipv6=1",
];

async function namespaces(): Promise<string[]> {
	return readdir(namespaceFolder).catch(() => []);
}

async function connectHost(layout: Layout): Promise<void> {
	const { switchNamespace: name, hostInterface, hostAddress } = layout;
	const inside = (args: readonly string[]) => run("ip", ["-n", name, ...args]);
	if (!(await succeeds("ip", ["-n", name, "link", "show", "br0"])))
		await inside(["link", "add", "br0", "type", "bridge"]);
	await inside(["link", "set", "br0", "up"]);
	// Frames between the machines must not go through iptables' hooks here.
	await setSysctls(name, ["net.bridge.bridge-nf-call-iptables=0"]);
	if (!(await succeeds("ip", ["link", "show", hostInterface]))) {
		const peer = ["peer", "name", "host", "netns", name];
		await run("ip", ["link", "add", hostInterface, "type", "veth", ...peer]);
	}
	await inside(["link", "set", "host", "master", "br0", "up"]);
	await run("ip", ["-batch", "-"], {
		input: `address replace ${hostAddress}/24 dev ${hostInterface}\nlink set ${hostInterface} up\n`,
	});
}

async function connectMachine(layout: Layout, machine: Machine, present: boolean): Promise<void> {
	const { namespace, name } = machine;
	if (!present) await run("ip", ["netns", "add", namespace]);
	if (!(await succeeds("ip", ["-n", namespace, "link", "show", "eth0"]))) {
		const ends = ["name", name, "netns", layout.switchNamespace];
		const peer = ["peer", "name", "eth0", "netns", namespace];
		await run("ip", ["link", "add", ...ends, "type", "veth", ...peer]);
	}
	const port = ["link", "set", name, "master", "br0", "up"];
	await run("ip", ["-n", layout.switchNamespace, ...port]);
	await setSysctls(namespace, machineSysctls);
	await run("ip", ["-n", namespace, "-batch", "-"], {
		input: machineNetwork(layout, machine),
	});
}

/** By nsenter, as everywhere: `ip netns exec` would remount /sys and hide the cgroups. */
async function setSysctls(namespace: string, settings: readonly string[]): Promise<void> {
	await run("nsenter", [`--net=/run/netns/${namespace}`, "sh", sysctlScript, ...settings]);
}
