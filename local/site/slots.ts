/**
 * Which site has which slot. A claim lies in /run, so that every checkout sees it, and names the state folder that it belongs to.
 * A site asks for the slot that it had before; if that one is taken or its names are in use, it gets another: its addresses
 * follow, its data stay.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { withLock } from "../tools/lock.ts";
import { run } from "./command.ts";
import { slotCount } from "./layout.ts";
import { machineWide } from "./paths.ts";

export interface Claim {
	readonly slot: number;
	readonly site: string;
	/** The state folder: what tells two sites of one name in two checkouts apart. */
	readonly state: string;
}

/** What the machine has now that a slot's names and addresses could collide with. */
export interface Surroundings {
	readonly interfaces: readonly string[];
	readonly namespaces: readonly string[];
	/** Destinations of the machine's routes, without the default ones: "10.0.0.0/8", "192.0.2.7". */
	readonly routes: readonly string[];
}

const folder = join(machineWide, "slots");

/** The site's claim, taken anew if it has none. */
export async function claimSlot(site: string, state: string, preferred: number | undefined): Promise<Claim> {
	return locked(async () => {
		const claims = await readClaims();
		const own = claims.find((claim) => claim.state === state);
		if (own) return own;
		const slot = chooseSlot(claims, preferred, await surroundings());
		const claim: Claim = { slot, site, state };
		await mkdir(folder, { recursive: true });
		await writeFile(join(folder, `${slot}.json`), JSON.stringify(claim));
		return claim;
	});
}

/** The claim that this state folder holds now. */
export async function claimOf(state: string): Promise<Claim | undefined> {
	return (await readClaims()).find((claim) => claim.state === state);
}

export async function releaseSlot(state: string): Promise<void> {
	await locked(async () => {
		const own = await claimOf(state);
		if (own) await rm(join(folder, `${own.slot}.json`), { force: true });
	});
}

/** The preferred slot if it is free, else the first free one. */
export function chooseSlot(claims: readonly Claim[], preferred: number | undefined, around: Surroundings): number {
	const all = Array.from({ length: slotCount }, (_, slot) => slot);
	const order = preferred === undefined ? all : [preferred, ...all];
	const unclaimed = order.filter((slot) => !claims.some((claim) => claim.slot === slot));
	const free = unclaimed.find((slot) => clashes(slot, around).length === 0);
	if (free !== undefined) return free;
	const first = unclaimed[0];
	const sites = claims.map((claim) => claim.site).join(", ");
	throw first === undefined
		? new UserError({
				field: "site",
				value: slotCount,
				wrong: `${slotCount} sites run on this machine already (${sites})`,
				remedy: "take one of them down",
			})
		: new UserError({
				field: "site.network",
				value: clashes(first, around),
				wrong: `other programs use ${clashes(first, around).join(", ")}, and none of the ${slotCount} slots is free of such`,
				remedy: "free 10.231.0.0/24 and 10.64.0.0/16, or the same of another slot",
			});
}

/** What others have that the slot would need. */
export function clashes(slot: number, around: Surroundings): string[] {
	const name = new RegExp(`^mdr${slot}(-|$)`);
	const ranges = [`10.231.${slot}.0/24`, `10.${64 + slot}.0.0/16`];
	return [
		...around.interfaces.filter((each) => name.test(each)),
		...around.namespaces.filter((each) => name.test(each)),
		...around.routes.filter((route) => ranges.some((range) => overlap(route, range))),
	];
}

/** Whether two IPv4 ranges ("a.b.c.d/n", no /n: one address) share an address. */
export function overlap(one: string, other: string): boolean {
	const [a, b] = [parseRange(one), parseRange(other)];
	return a.first <= b.last && b.first <= a.last;
}

function parseRange(range: string): { first: number; last: number } {
	const [address = "", bits = "32"] = range.split("/");
	const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
	const size = 2 ** (32 - Number(bits));
	const first = Math.floor(value / size) * size;
	return { first, last: first + size - 1 };
}

async function surroundings(): Promise<Surroundings> {
	const [links, routes, namespaces] = await Promise.all([
		run("ip", ["-json", "link"]),
		run("ip", ["-json", "-4", "route", "show", "table", "all"]),
		readdir("/run/netns").catch(() => [] as string[]),
	]);
	return {
		interfaces: parseNames(links, "ifname"),
		namespaces,
		routes: parseNames(routes, "dst").filter((dst) => /^[\d./]+$/.test(dst)),
	};
}

function parseNames(json: string, key: string): string[] {
	const rows: Record<string, unknown>[] = JSON.parse(json || "[]");
	return rows.map((row) => row[key]).filter((name) => typeof name === "string");
}

async function readClaims(): Promise<Claim[]> {
	const files = await readdir(folder).catch(() => [] as string[]);
	const claims = files
		.filter((file) => file.endsWith(".json"))
		.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as Claim);
	return Promise.all(claims);
}

function locked<T>(work: () => Promise<T>): Promise<T> {
	return withLock(join(machineWide, "slots.lock"), work);
}
