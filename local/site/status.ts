/** What runs of a site, read from the kernel and the API server, not from what was meant to run. */
import { type Api, apiClient } from "./api.ts";
import { isFrozen } from "./cgroups.ts";
import { type FaultState, faultState } from "./faults.ts";
import { credentialsOf } from "./kubeconfig.ts";
import { type Machine, machinesOf } from "./layout.ts";
import { machineProcess } from "./machine.ts";
import { fairShare, type MachineMemory, machineMemory } from "./memory.ts";
import { keysFolder } from "./paths.ts";
import { type KnownSite, knownSite } from "./state.ts";
import { publicStore, type Store, storeProcess, storesOf } from "./stores.ts";

export interface MachineStatus {
	readonly name: string;
	readonly address: string;
	readonly state: "up" | "down" | "frozen";
	/** The node's Ready condition; null for the control plane, or if the API server does not say. */
	readonly ready: boolean | null;
	/** Bytes. */
	readonly memory: MachineMemory;
}

export interface StoreStatus extends Store {
	readonly up: boolean;
	/** Bytes. */
	readonly memory: number;
}

export interface SiteStatus {
	readonly name: string;
	/** `up`: every machine and store runs; `down`: none; else `partial`. */
	readonly state: "up" | "partial" | "down";
	readonly region: string | null;
	readonly slot: number | null;
	readonly machines: readonly MachineStatus[];
	readonly stores: readonly StoreStatus[];
	/** Bytes: daemons, pods without page cache, stores. */
	readonly memory: number;
	readonly faults: FaultState | null;
}

export async function siteStatus(name: string): Promise<SiteStatus> {
	const site = await knownSite(name);
	if (!site?.claimed) return nothing(name, site);
	const readiness = await readyNodes(site);
	const machines = await Promise.all(machinesOf(site.layout).map((machine) => machineStatus(site, machine, readiness)));
	const stores = await Promise.all(
		storesOf(site.state, site.layout, site.memory.storeRegions).map(async (store) => {
			const mark = storeProcess(store);
			return {
				...publicStore(store),
				up: mark !== undefined,
				memory: mark ? await fairShare(mark.pid) : 0,
			};
		}),
	);
	const parts = [...machines.map(({ state }) => state !== "down"), ...stores.map(({ up }) => up)];
	const memory =
		machines.reduce((sum, machine) => sum + machine.memory.daemons + machine.memory.pods, 0) +
		stores.reduce((sum, store) => sum + store.memory, 0);
	return {
		name,
		state: parts.every(Boolean) ? "up" : parts.some(Boolean) ? "partial" : "down",
		region: site.layout.region,
		slot: site.layout.slot,
		machines,
		stores,
		memory,
		faults: await faultsOf(site),
	};
}

function nothing(name: string, site: KnownSite | undefined): SiteStatus {
	return {
		name,
		state: "down",
		region: site?.layout.region ?? null,
		slot: null,
		machines: [],
		stores: [],
		memory: 0,
		faults: null,
	};
}

async function machineStatus(
	{ state, layout }: KnownSite,
	machine: Machine,
	readiness: ReadonlyMap<string, boolean> | undefined,
): Promise<MachineStatus> {
	const up = machineProcess(state, machine) !== undefined;
	const frozen = up && isFrozen(layout.cgroup, machine.name);
	return {
		name: machine.name,
		address: machine.address,
		state: frozen ? "frozen" : up ? "up" : "down",
		ready: machine.role === "zone" ? (readiness?.get(machine.name) ?? null) : null,
		memory: await machineMemory(state, layout, machine),
	};
}

/** A site half-way up may have no switch yet. */
async function faultsOf({ state, layout, memory }: KnownSite): Promise<FaultState | null> {
	return faultState({ state, layout, root: memory.root }).catch(() => null);
}

async function readyNodes({ state, layout }: KnownSite): Promise<ReadonlyMap<string, boolean> | undefined> {
	if (!machineProcess(state, layout.control)) return undefined;
	try {
		const api = apiClient(await credentialsOf(keysFolder(state), "admin", layout.server));
		try {
			return await nodeReadiness(api);
		} finally {
			api.close();
		}
	} catch {
		return undefined;
	}
}

/** Ready condition by node, as the API server has it. */
export async function nodeReadiness(api: Api): Promise<Map<string, boolean>> {
	const nodes = await api.get<NodeList>("/api/v1/nodes");
	return new Map(
		nodes.items.map((node) => [
			node.metadata.name,
			node.status.conditions.some(({ type, status }) => type === "Ready" && status === "True"),
		]),
	);
}

export interface NodeList {
	readonly items: readonly {
		readonly metadata: { readonly name: string };
		readonly status: {
			readonly conditions: readonly {
				readonly type: string;
				readonly status: string;
				readonly lastHeartbeatTime: string;
			}[];
		};
	}[];
}
