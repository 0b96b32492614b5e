/** The switch and the cables: made, cut in one direction, pulled, and taken away with everything that runs there. */
import { readdir } from "node:fs/promises";
import { cutScript } from "../../../local/site/faults.ts";
import { type Addresses, type Machine, machines, own, switchNamespace } from "./addresses.ts";
import { run, succeeds } from "./command.ts";
import { ended } from "./ended.ts";

export async function networkUp(): Promise<void> {
	await run("ip", ["netns", "add", switchNamespace]);
	const inside = (...args: string[]) => run("ip", ["-n", switchNamespace, ...args]);
	await inside("link", "add", "br0", "type", "bridge");
	await inside("link", "set", "br0", "up");
	const { hostInterface, hostAddress } = own;
	await run("ip", ["link", "add", hostInterface, "type", "veth", "peer", "name", "host", "netns", switchNamespace]);
	await inside("link", "set", "host", "master", "br0", "up");
	await run("ip", ["address", "add", `${hostAddress}/24`, "dev", hostInterface]);
	await run("ip", ["link", "set", hostInterface, "up"]);
	for (const machine of machines) await connect(machine);
}

async function connect({ namespace, port, address }: Machine): Promise<void> {
	await run("ip", ["netns", "add", namespace]);
	const ends = ["name", port, "netns", switchNamespace, "type", "veth", "peer", "name", "eth0", "netns", namespace];
	await run("ip", ["link", "add", ...ends]);
	await run("ip", ["-n", switchNamespace, "link", "set", port, "master", "br0", "up"]);
	const input = `link set lo up\naddress add ${address}/24 dev eth0\nlink set eth0 up\n`;
	await run("ip", ["-n", namespace, "-batch", "-"], { input });
}

/** Ends what still runs in a lane's namespaces, an earlier run's too, then removes them. */
export async function networkDown({ prefix, hostInterface }: Addresses): Promise<void> {
	const namespaces = (await readdir("/run/netns").catch(() => [])).filter((name) => name.startsWith(`${prefix}-`));
	for (const name of namespaces) await killAllIn(name);
	// Before the switch, which would take it along at a moment of the kernel's choice.
	if (await succeeds("ip", ["link", "show", hostInterface])) await run("ip", ["link", "delete", hostInterface]);
	for (const name of namespaces) await run("ip", ["netns", "delete", name]);
}

/** SIGKILL to each process of the namespace, and until they are gone. */
export async function killAllIn(namespace: string): Promise<void> {
	for (;;) {
		const pids = (await run("ip", ["netns", "pids", namespace])).split(/\s+/).filter(Boolean).map(Number);
		if (pids.length === 0) return;
		for (const pid of pids) signalled(pid, "SIGKILL");
		await Promise.all(pids.map((pid) => ended(pid, 10)));
	}
}

/** Whether there was such a process. */
export function signalled(pid: number, signal: NodeJS.Signals): boolean {
	try {
		return process.kill(pid, signal);
	} catch {
		return false;
	}
}

/** Frames from one machine to the other are dropped; "*" stands for everybody. */
export async function cut(from: Machine | "*", to: Machine | "*"): Promise<void> {
	const port = (end: Machine | "*") => (end === "*" ? end : end.port);
	await nft(["-f", "-"], cutScript({ from: port(from), to: port(to) }));
}

export async function cutBoth(one: Machine, other: Machine | "*"): Promise<void> {
	await cut(one, other);
	await cut(other, one);
}

/** Ends every cut and plugs in every cable. */
export async function healNetwork(): Promise<void> {
	const tables = await nft(["list", "tables", "bridge"]);
	for (const [, name = ""] of tables.matchAll(/table bridge (\S+)/g)) await nft(["delete", "table", "bridge", name]);
	for (const { port } of machines) await cable(port, "up");
}

/** Pulls a machine's cable out, or puts it in: a power cut says no goodbye. */
export async function cable(port: string, state: "up" | "down"): Promise<void> {
	await run("ip", ["-n", switchNamespace, "link", "set", port, state]);
}

export function nft(args: readonly string[], input = ""): Promise<string> {
	return run("nsenter", [`--net=/run/netns/${switchNamespace}`, "nft", ...args], { input });
}
