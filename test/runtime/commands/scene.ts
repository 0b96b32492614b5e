/** A cluster with a protected database, as a fake API shows it. */
import { plan } from "../../../objectives/planning.ts";
import { objectives } from "../../../objectives/scenarios.ts";
import { bytes } from "../../../objectives/size.ts";
import { runProgram } from "../../../runtime/commands/program.ts";
import type { Status } from "../../../runtime/failover/status.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";
import { type FakeTerminal, fakeTerminal } from "../terminal/fakeTerminal.ts";

export const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const zones = ["zone-a", "zone-b", "zone-c"];

export function status(with_: Partial<Status> = {}): Status {
	const common = { ready: true, gtidExecuted: `${uuid}:1-42`, semiSync: true, reason: null };
	return {
		site: "dev",
		region: "local-1",
		cluster: "mysql",
		term: 3,
		primary: "mysql-1",
		protected: true,
		instances: [
			{ ...common, name: "mysql-0", zone: "zone-a", role: "replica", lagSeconds: 0, reads: true },
			{ ...common, name: "mysql-1", zone: "zone-b", role: "primary", lagSeconds: 0, reads: null },
			{ ...common, name: "mysql-2", zone: "zone-c", role: "replica", lagSeconds: 0.2, reads: true },
		],
		watchdog: { leader: "w-1", zone: "zone-c", members: ["w-1", "w-2", "w-3"] },
		archive: null,
		backups: null,
		standby: null,
		rollout: null,
		alerts: [],
		doing: "nothing to do",
		lastChange: null,
		paused: null,
		lastOpen: null,
		...with_,
	};
}

export function settings() {
	const site = {
		name: "dev",
		region: "local-1",
		zones,
		volume: bytes(2 ** 31),
		stores: [],
		timezone: "UTC",
		snapshots: true,
	};
	return {
		cluster: "mysql",
		namespace: "mysql",
		site: "dev",
		region: "local-1",
		zones,
		members: 3,
		schema: "app",
		clusterDomain: "cluster.local",
		memory: 2 ** 30,
		credentialsManaged: true,
		tlsManaged: true,
		credentialsSecret: "mysql-credentials",
		tlsSecret: "mysql-tls",
		plan: plan(objectives("standard"), site),
		contacts: [{ role: "Primary DBA", name: "Ada Example", phone: "+1-555-0101" }],
	};
}

const base = "/api/v1/namespaces/mysql";
const encoded = (text: string) => Buffer.from(text).toString("base64");

/** Everything that the commands read. */
export async function cluster(): Promise<FakeApi> {
	const api = await fakeApi();
	const { routes } = api;
	routes.set("GET /apis/coordination.k8s.io/v1/namespaces/mysql/leases/mysql-watchdog", [
		200,
		{ spec: { holderIdentity: "w-1" } },
	]);
	routes.set(`GET ${base}/pods/w-1:8080/proxy/status`, [200, status()]);
	routes.set(`GET ${base}/pods`, [200, { items: [{ status: { phase: "Running" } }] }]);
	routes.set(`GET ${base}/configmaps/mysql-settings`, [200, { data: { "settings.json": JSON.stringify(settings()) } }]);
	const data = { app: encoded("app-password"), drill: encoded("drill-password") };
	routes.set(`GET ${base}/secrets/mysql-credentials`, [200, { data }]);
	routes.set(`GET ${base}/secrets/mysql-tls`, [200, { data: { "ca.crt": encoded("-----BEGIN CERTIFICATE-----\n") } }]);
	for (const [name, nodePort] of [
		["mysql-primary", 30306],
		["mysql-replicas", 30307],
	] as const) {
		const spec = { type: "NodePort", ports: [{ port: 3306, nodePort }] };
		routes.set(`GET ${base}/services/${name}`, [200, { metadata: { name, namespace: "mysql" }, spec }]);
	}
	const addresses = [
		{ type: "Hostname", address: "zone-a" },
		{ type: "InternalIP", address: "10.0.0.11" },
	];
	const ready = [{ type: "Ready", status: "True" }];
	routes.set("GET /api/v1/nodes", [200, { items: [{ status: { addresses, conditions: ready } }] }]);
	return api;
}

/** Runs a command line against it. */
export async function run(api: FakeApi, line: string, terminal: FakeTerminal = fakeTerminal()) {
	const words = line.split(" ");
	const code = await runProgram([...words, "--kubeconfig", api.kubeconfig], terminal);
	return { code, out: terminal.out, err: terminal.err, terminal };
}
