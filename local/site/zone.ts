/** A zone's machine: containerd, kubelet, kube-proxy, and the volume driver with its two sidecars. */
import { stringify } from "yaml";
import { dnsServiceAddress, type Layout, type Machine } from "./layout.ts";
import { type Daemon, flags, inside, type MachinePlan } from "./plan.ts";

export interface ZoneOptions {
	readonly pauseImage: string;
	/** Size of the zone's disk in bytes. It is a sparse file: it takes what is written. */
	readonly diskSize: number;
	/** Bytes that the kubelet leaves to others: each of the zones sees the whole machine. */
	readonly reservedMemory: number;
}

/** The driver's name, and where it puts volumes. */
export const driver = "csi.local.mysql-dr.dev";
const volumes = "/var/lib/mysql-dr-csi";
/** Zones fetch each other's snapshots here. */
const transferPort = 9850;

const key = (file: string) => `${inside.keys}/${file}`;
const config = (file: string) => `${inside.config}/${file}`;
const ctr = ["ctr", "version"];

export function zone(layout: Layout, machine: Machine, options: ZoneOptions): MachinePlan {
	return {
		files: {
			"containerd.toml": containerdConfig(options),
			"kubelet.yaml": stringify(kubeletConfig(layout, machine, options)),
			"kube-proxy.yaml": stringify(proxyConfig(layout, machine)),
			"cni/10-mysql-dr.conflist": JSON.stringify(cniConfig(machine), null, 2),
			// There is no upstream: names outside the cluster do not resolve.
			"resolv.conf": "nameserver 127.0.0.1\n",
		},
		prepare: prepareDisk(options),
		// A database writes back what it has in memory.
		stopSeconds: 20,
		daemons: [
			{ name: "containerd", command: ["containerd", "-c", config("containerd.toml")] },
			kubelet(layout, machine),
			{
				name: "kube-proxy",
				command: ["kube-proxy", ...flags({ config: config("kube-proxy.yaml") })],
			},
			...volumeDaemons(machine),
		],
	};
}

/**
 * The kernel frees the loop device when the machine's mount namespace goes. No copy on write for the volumes' files: quotas and
 * MySQL's small writes are slow with it, and a snapshot is atomic without it too.
 */
function prepareDisk({ diskSize }: ZoneOptions): string {
	const image = `${inside.disk}/disk.img`;
	return [
		`if [ ! -e ${image} ]; then`,
		`  rm -f ${image}.new`,
		`  truncate -s ${diskSize} ${image}.new`,
		`  mkfs.btrfs -q ${image}.new`,
		`  mv ${image}.new ${image}`,
		"fi",
		`mkdir -p ${volumes}`,
		`mount -o loop,noatime,nodatacow,nodiscard ${image} ${volumes}`,
		"",
	].join("\n");
}

function kubelet(layout: Layout, { name, address }: Machine): Daemon {
	const labels = {
		"topology.kubernetes.io/zone": name,
		"topology.kubernetes.io/region": layout.region,
	};
	return {
		name: "kubelet",
		after: ctr,
		command: [
			"kubelet",
			...flags({
				config: config("kubelet.yaml"),
				kubeconfig: key(`kubelet-${name}.conf`),
				"hostname-override": name,
				"node-ip": address,
				"node-labels": Object.entries(labels)
					.map(([label, value]) => `${label}=${value}`)
					.join(","),
			}),
		],
	};
}

function volumeDaemons({ name }: Machine): Daemon[] {
	const sidecar = {
		kubeconfig: key("csi.conf"),
		"csi-address": `/var/lib/kubelet/plugins/${driver}/csi.sock`,
		"node-deployment": true,
		"extra-create-metadata": true,
		"leader-election": false,
		timeout: "60s",
	};
	const environment = { NODE_NAME: name };
	return [
		{
			name: "mysql-dr-csi",
			after: ["mountpoint", volumes],
			command: [
				"mysql-dr-csi",
				...flags({
					node: name,
					dir: volumes,
					kubelet: "/var/lib/kubelet",
					kubeconfig: key("csi.conf"),
					listen: `:${transferPort}`,
					"tls-cert": key(`kubelet-${name}.crt`),
					"tls-key": key(`kubelet-${name}.key`),
					"tls-ca": key("ca.crt"),
				}),
			],
		},
		{
			name: "csi-provisioner",
			environment,
			command: [
				"csi-provisioner",
				...flags({
					...sidecar,
					"strict-topology": true,
					"immediate-topology": false,
					"feature-gates": "Topology=true",
					"default-fstype": "btrfs",
				}),
			],
		},
		{
			name: "csi-snapshotter",
			environment,
			command: ["csi-snapshotter", ...flags(sidecar)],
		},
	];
}

/** `restrict_oom_score_adj`: machines without CAP_SYS_RESOURCE refuse lower scores. */
function containerdConfig({ pauseImage }: ZoneOptions): string {
	return `version = 3
[plugins.'io.containerd.cri.v1.images']
  snapshotter = "overlayfs"
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = ${JSON.stringify(pauseImage)}
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["/usr/lib/cni"]
    conf_dir = "${config("cni")}"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
}

function kubeletConfig(layout: Layout, { name }: Machine, { reservedMemory }: ZoneOptions) {
	return {
		apiVersion: "kubelet.config.k8s.io/v1beta1",
		kind: "KubeletConfiguration",
		failCgroupV1: false,
		cgroupDriver: "cgroupfs",
		cgroupRoot: `${layout.cgroup}/${name}`,
		oomScoreAdj: 0, // no CAP_SYS_RESOURCE needed
		maxOpenFiles: 20000,
		containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
		clusterDomain: "cluster.local",
		clusterDNS: [dnsServiceAddress],
		resolvConf: config("resolv.conf"),
		authentication: {
			anonymous: { enabled: false },
			webhook: { enabled: true },
			x509: { clientCAFile: key("ca.crt") },
		},
		authorization: { mode: "Webhook" },
		tlsCertFile: key(`kubelet-${name}-server.crt`),
		tlsPrivateKeyFile: key(`kubelet-${name}-server.key`),
		// There is no registry to get an image from again.
		imageGCHighThresholdPercent: 100,
		imageGCLowThresholdPercent: 99,
		evictionHard: {
			"memory.available": "100Mi",
			"nodefs.available": "1%",
			"nodefs.inodesFree": "1%",
			"imagefs.available": "1%",
		},
		makeIPTablesUtilChains: false,
		systemReserved: { memory: String(reservedMemory) },
		shutdownGracePeriod: "0s",
		// A node that was not ready for a moment says so when it is, not up to 10 s later. Only changes are reported.
		nodeStatusUpdateFrequency: "1s",
		nodeStatusReportFrequency: "1m",
		containerLogMaxSize: "20Mi",
	};
}

/** Conntrack's limits are the whole machine's: they stay as they are. */
function proxyConfig(layout: Layout, { name }: Machine) {
	return {
		apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
		kind: "KubeProxyConfiguration",
		clientConnection: { kubeconfig: key("proxy.conf") },
		hostnameOverride: name,
		mode: "nftables",
		// Of two changes within this time the second waits for its end, which clients wait for too: a primary that went, and the next one.
		nftables: { minSyncPeriod: "100ms" },
		clusterCIDR: layout.podRange,
		oomScoreAdj: 0,
		conntrack: {
			maxPerCore: 0,
			min: 0,
			tcpEstablishedTimeout: "0s",
			tcpCloseWaitTimeout: "0s",
			udpTimeout: "0s",
			udpStreamTimeout: "0s",
		},
	};
}

/** No masquerade: pods keep their addresses between zones, so that a cut or a policy sees them. */
function cniConfig({ podRange }: Machine) {
	return {
		cniVersion: "1.0.0",
		name: "mysql-dr",
		plugins: [
			{
				type: "bridge",
				bridge: "cni0",
				isGateway: true,
				ipMasq: false,
				hairpinMode: true,
				ipam: {
					type: "host-local",
					ranges: [[{ subnet: podRange }]],
					routes: [{ dst: "0.0.0.0/0" }],
					dataDir: "/run/cni-ipam",
				},
			},
			{ type: "portmap", capabilities: { portMappings: true } },
		],
	};
}
