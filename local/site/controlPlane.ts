/** The control plane's machine: etcd, API server, controllers, scheduler, snapshot controller. */
import { type Layout, serviceRange } from "./layout.ts";
import { type Daemon, flags, inside, type MachinePlan } from "./plan.ts";

export interface ControlPlaneOptions {
	/** Seconds that a silent node stays Ready. Upstream's default is 50. */
	readonly nodeGrace: number;
}

const key = (file: string) => `${inside.keys}/${file}`;
const etcdClient = "http://127.0.0.1:2379";
const etcdPeer = "http://127.0.0.1:2380";

export function controlPlane(layout: Layout, options: ControlPlaneOptions): MachinePlan {
	return {
		files: {},
		prepare: "",
		// The API server would wait a minute for its watchers; what etcd has answered is on disk.
		stopSeconds: 3,
		daemons: [
			etcd(),
			apiServer(layout),
			controllerManager(options),
			{
				name: "kube-scheduler",
				command: [
					"kube-scheduler",
					...flags({
						kubeconfig: key("scheduler.conf"),
						"leader-elect": false,
						profiling: false,
					}),
				],
			},
			{
				name: "snapshot-controller",
				command: [
					"snapshot-controller",
					...flags({
						kubeconfig: key("csi.conf"),
						"enable-distributed-snapshotting": true,
						"leader-election": false,
					}),
				],
			},
		],
	};
}

/** Keeps its data on disk before it answers, as a real one does: a killed control plane comes back with all of it. */
function etcd(): Daemon {
	return {
		name: "etcd",
		command: [
			"etcd",
			...flags({
				name: "cp",
				"data-dir": "/var/lib/etcd/data",
				"listen-client-urls": etcdClient,
				"advertise-client-urls": etcdClient,
				"listen-peer-urls": etcdPeer,
				"initial-advertise-peer-urls": etcdPeer,
				"initial-cluster": `cp=${etcdPeer}`,
				"auto-compaction-retention": "1h",
				"log-level": "warn",
			}),
		],
	};
}

function apiServer(layout: Layout): Daemon {
	return {
		name: "kube-apiserver",
		command: [
			"kube-apiserver",
			...flags({
				"etcd-servers": etcdClient,
				"advertise-address": layout.control.address,
				"secure-port": 6443,
				"service-cluster-ip-range": serviceRange,
				"authorization-mode": "Node,RBAC",
				"enable-admission-plugins": "NodeRestriction",
				"client-ca-file": key("ca.crt"),
				"tls-cert-file": key("apiserver.crt"),
				"tls-private-key-file": key("apiserver.key"),
				"kubelet-certificate-authority": key("ca.crt"),
				"kubelet-client-certificate": key("apiserver-kubelet.crt"),
				"kubelet-client-key": key("apiserver-kubelet.key"),
				"kubelet-preferred-address-types": "InternalIP",
				"service-account-issuer": "https://kubernetes.default.svc.cluster.local",
				"service-account-key-file": key("sa.pub"),
				"service-account-signing-key-file": key("sa.key"),
				"allow-privileged": true,
				profiling: false,
			}),
		],
	};
}

function controllerManager({ nodeGrace }: ControlPlaneOptions): Daemon {
	return {
		name: "kube-controller-manager",
		command: [
			"kube-controller-manager",
			...flags({
				kubeconfig: key("controller-manager.conf"),
				"leader-elect": false,
				"use-service-account-credentials": true,
				"root-ca-file": key("ca.crt"),
				"service-account-private-key-file": key("sa.key"),
				"cluster-signing-cert-file": key("ca.crt"),
				"cluster-signing-key-file": key("ca.key"),
				"allocate-node-cidrs": false,
				"node-monitor-grace-period": `${nodeGrace}s`,
				profiling: false,
			}),
		],
	};
}
