/** A real etcd and a real kube-apiserver, and the objects that would be there before the database is: no kubelet, no controllers. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { CoreV1Api, type KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { credentialsOf, kubeconfig } from "../../../local/site/kubeconfig.ts";
import { layoutOf } from "../../../local/site/layout.ts";
import { ensureKeys } from "../../../local/site/pki.ts";
import { flags } from "../../../local/site/plan.ts";
import { until } from "../../../local/site/waiting.ts";
import { PooledKubeConfig } from "../../../runtime/kubernetes/pooledKubeConfig.ts";
import { api, instances, type Machine, watchdogs, zones } from "./addresses.ts";
import { start } from "./process.ts";
import type { Roots } from "./roots.ts";

export const namespace = "mysql";
export const apiPort = 6443;
export const apiServer = `https://${api.address}:${apiPort}`;

const zoneLabel = "topology.kubernetes.io/zone";
export const labels = {
	"app.kubernetes.io/name": "mysql",
	"app.kubernetes.io/part-of": "mysql-dr",
	"mysql-dr/cluster": "mysql",
};

/** @returns the administrator's access, once the API answers. */
export async function controlPlaneUp(folder: string, roots: Roots): Promise<KubeConfig> {
	const keys = join(folder, "keys");
	const layout = layoutOf("faults", 0, "local-1", zones);
	await ensureKeys(keys, { ...layout, control: { ...layout.control, address: api.address } });
	await startEtcd(folder, roots);
	startApiServer(folder, keys, roots);
	const config = new PooledKubeConfig();
	config.loadFromString(kubeconfig("faults", "admin", await credentialsOf(keys, "admin", apiServer)));
	const core = config.makeApiClient(CoreV1Api);
	await until("the API answers", 60, async () => (await core.listNamespace()).items.length > 0);
	await declare(core);
	return config;
}

async function startEtcd(folder: string, { node }: Roots): Promise<void> {
	const data = join(folder, "etcd");
	await mkdir(data, { recursive: true });
	const options = { "data-dir": "/mnt/data", "unsafe-no-fsync": true, "log-level": "warn" };
	const command = ["etcd", ...flags(options)];
	const log = join(folder, "log", "etcd.log");
	start({ machine: api, log, root: node, user: "0:0", mounts: { [data]: "/mnt" }, env: {}, command });
}

function startApiServer(folder: string, keys: string, { bin }: Roots): void {
	const key = (file: string) => join(keys, file);
	const options = {
		"etcd-servers": "http://127.0.0.1:2379",
		"advertise-address": api.address,
		"secure-port": apiPort,
		"service-cluster-ip-range": "10.96.0.0/16",
		// Who may do what is the site's test; here every client is the administrator.
		"authorization-mode": "AlwaysAllow",
		// Nobody makes the default service account that it would ask for.
		"disable-admission-plugins": "ServiceAccount",
		"client-ca-file": key("ca.crt"),
		"tls-cert-file": key("apiserver.crt"),
		"tls-private-key-file": key("apiserver.key"),
		"service-account-issuer": "https://kubernetes.default.svc.cluster.local",
		"service-account-key-file": key("sa.pub"),
		"service-account-signing-key-file": key("sa.key"),
		profiling: false,
	};
	const command = [join(bin, "kube-apiserver"), ...flags(options)];
	const log = join(folder, "log", "apiserver.log");
	start({ machine: api, log, root: null, user: "0:0", mounts: {}, env: {}, command });
}

async function declare(core: CoreV1Api): Promise<void> {
	await core.createNamespace({ body: { metadata: { name: namespace } } });
	await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: "mysql-watchdog" } } });
	for (const zone of zones)
		await core.createNode({ body: { metadata: { name: zone, labels: { [zoneLabel]: zone } } } });
	for (const machine of instances) await createPod(core, machine, "database");
	for (const machine of watchdogs) await createPod(core, machine, "watchdog");
}

/** As a kubelet would leave it: bound, running, ready, with an address. */
export async function createPod(
	core: CoreV1Api,
	{ name, address, zone }: Machine,
	component: string,
	more: Readonly<Record<string, string>> = {},
	ready = true,
): Promise<void> {
	await core.createNamespacedPod({
		namespace,
		body: {
			metadata: { name, labels: { ...labels, "app.kubernetes.io/component": component, ...more } },
			spec: { nodeName: zone ?? "", containers: [{ name: component, image: "faults" }] },
		},
	});
	const status = {
		phase: "Running",
		podIP: address,
		podIPs: [{ ip: address }],
		conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
	};
	const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
	await core.patchNamespacedPodStatus({ name, namespace, body: { status } }, merge);
}
