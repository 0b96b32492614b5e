/**
 * When a site may be used. After a restart the API server answers from what was true before, so that what it says counts only
 * where it is newer than the machines, and the rest is asked of those who do the work.
 */
import { Resolver } from "node:dns/promises";
import { stat } from "node:fs/promises";
import type { Progress } from "../step.ts";
import type { Api } from "./api.ts";
import { apiServiceAddress, type Layout, type Machine } from "./layout.ts";
import { machineFolder } from "./paths.ts";
import type { NodeList } from "./status.ts";
import { until } from "./waiting.ts";
import { driver } from "./zone.ts";

/** Seconds. Generous: the machine may be compiling something else. */
const patience = 180;
const proxyHealthPort = 10256;

/** The API server is ready, its built-in roles too. */
export async function apiReady(api: Api): Promise<void> {
	await until(`the API server is ready ${seeLogs("cp")}`, patience, async () => {
		await api.get("/readyz");
		return true;
	});
}

/** What a person does next when something is not ready in time. */
function seeLogs(machine: string): string {
	return `(see \`npm run local -- logs ${machine}\`)`;
}

/** The node is Ready since this start, its volume driver is registered and its Services are programmed. */
export async function zoneReady(state: string, api: Api, zone: Machine, progress: Progress): Promise<void> {
	const { mtimeMs } = await stat(machineFolder(state, zone.name).pid);
	progress.far("waiting for the node to be Ready");
	await until(
		`node ${zone.name} is Ready ${seeLogs(zone.name)}`,
		patience,
		async () => isReady(await api.get<NodeList>("/api/v1/nodes"), zone.name, mtimeMs),
		{ every: 200 },
	);
	progress.far("waiting for volumes and Services");
	await until(`volumes in ${zone.name} ${seeLogs(zone.name)}`, patience, () => hasDriver(api, zone.name), {
		every: 200,
	});
	await until(`Services in ${zone.name} ${seeLogs(zone.name)}`, patience, () => proxyAnswers(zone));
}

/** Cluster DNS answers in every zone. */
export async function dnsReady(api: Api, layout: Layout): Promise<void> {
	await until(
		"cluster DNS answers in every zone",
		patience,
		async () => {
			const servers = await dnsServers(api);
			const missing = layout.zones.find((zone) => !servers.has(zone.name));
			if (missing) throw new Error(`none in ${missing.name} yet`);
			const answers = await Promise.all([...servers.values()].map(dnsAnswers));
			return answers.every(Boolean);
		},
		{ every: 200 },
	);
}

/** Heartbeats have whole seconds. */
export function isReady(nodes: NodeList, name: string, since: number): boolean {
	const node = nodes.items.find(({ metadata }) => metadata.name === name);
	const ready = node?.status.conditions.find(({ type }) => type === "Ready");
	return ready?.status === "True" && Date.parse(ready.lastHeartbeatTime) >= Math.floor(since / 1000) * 1000;
}

async function hasDriver(api: Api, node: string): Promise<boolean> {
	const found = await api.get<{
		spec: { drivers: { name: string }[] | null };
	}>(`/apis/storage.k8s.io/v1/csinodes/${node}`);
	return (found.spec.drivers ?? []).some(({ name }) => name === driver);
}

async function proxyAnswers({ address }: Machine): Promise<boolean> {
	const url = `http://${address}:${proxyHealthPort}/healthz`;
	const { ok } = await fetch(url, { signal: AbortSignal.timeout(1000) });
	return ok;
}

/** Address of a ready DNS server by zone. */
async function dnsServers(api: Api): Promise<Map<string, string>> {
	const { items } = await api.get<{
		items: {
			endpoints: {
				addresses: string[];
				nodeName: string;
				conditions: { ready: boolean };
			}[];
		}[];
	}>(
		"/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices?labelSelector=kubernetes.io/service-name%3Dkube-dns",
	);
	const ready = items.flatMap((slice) => slice.endpoints ?? []).filter((endpoint) => endpoint.conditions.ready);
	return new Map(
		ready.flatMap(({ nodeName, addresses: [address] }) => (address === undefined ? [] : [[nodeName, address]])),
	);
}

async function dnsAnswers(server: string): Promise<boolean> {
	const resolver = new Resolver({ timeout: 500, tries: 1 });
	resolver.setServers([server]);
	const found = await resolver.resolve4("kubernetes.default.svc.cluster.local");
	return found.includes(apiServiceAddress);
}
