import { Cluster } from "@pulumi/gcp/container/cluster.js";
import { CryptoKey } from "@pulumi/gcp/kms/cryptoKey.js";
import { CryptoKeyIAMMember } from "@pulumi/gcp/kms/cryptoKeyIAMMember.js";
import { KeyRing } from "@pulumi/gcp/kms/keyRing.js";
import { getProjectOutput } from "@pulumi/gcp/organizations/getProject.js";
import { Provider } from "@pulumi/gcp/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { GkeConfig } from "../../objectives/index.ts";
import { declareNetwork, type Network } from "./gke/network.ts";
import { declareNodeAccount, declareNodes, type NodeAccount } from "./gke/nodes.ts";
import { kubeconfig } from "./kubeconfig.ts";
import type { ClusterPlace, MadeCluster } from "./made.ts";

/** What a GKE cluster is declared from. */
export interface GkeClusterArgs extends ClusterPlace, Omit<GkeConfig, "name" | "project"> {
	readonly project: string;
}

/**
 * A regional GKE cluster with nodes in three zones; its control plane is in three zones, too. Pods are known by Workload
 * Identity; volumes are made and snapshot by the driver of persistent disks, whose snapshot controller GKE runs.
 *
 * *Data*: what is in the cluster is lost with it; cluster and key are protected. Disks and stores are not in it.
 */
export class GkeCluster extends pulumi.ComponentResource implements MadeCluster {
	readonly clusterName: pulumi.Output<string>;
	readonly kubeconfig: pulumi.Output<string>;
	readonly ready: readonly pulumi.Resource[];
	/** By which the cluster's pods are known; it is there once the cluster is. */
	readonly workloadPool: pulumi.Output<string>;

	constructor(name: string, args: GkeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:GkeCluster", name, args, opts);
		const { project, region } = args;
		const own = { parent: this, provider: new Provider(name, { project, region }, { parent: this }) };

		const network = declareNetwork(name, args, own);
		const account = declareNodeAccount(name, args, own);
		const cluster = declareCluster(name, args, { network, account }, own);
		const nodes = declareNodes(name, args, { cluster, account }, { ...own, dependsOn: [...network.ready] });

		this.ready = [nodes];
		this.clusterName = cluster.name;
		this.workloadPool = cluster.id.apply(() => `${project}.svc.id.goog`);
		this.kubeconfig = kubeconfigOf(cluster);
		this.registerOutputs({ clusterName: this.clusterName, kubeconfig: this.kubeconfig });
	}
}

interface ClusterShape {
	readonly network: Network;
	readonly account: NodeAccount;
}

function declareCluster(
	name: string,
	args: GkeClusterArgs,
	{ network: { network, subnetwork }, account: { account, rights } }: ClusterShape,
	opts: pulumi.CustomResourceOptions,
): Cluster {
	const { name: called, project, region, zones, reachableFrom } = args;
	return new Cluster(
		name,
		{
			...{ name: called, project, location: region, nodeLocations: [...zones], network, subnetwork },
			// The nodes are a pool of their own, which can be changed without the cluster.
			...{ removeDefaultNodePool: true, initialNodeCount: 1 },
			// Of the pool that comes first and goes: the project's default account may be disabled, and nothing comes up then.
			nodeConfig: { serviceAccount: account.email },
			deletionProtection: true,
			releaseChannel: { channel: "REGULAR" },
			workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
			databaseEncryption: { state: "ENCRYPTED", keyName: declareKey(name, args, opts) },
			privateClusterConfig: { enablePrivateNodes: true },
			masterAuthorizedNetworksConfig: { cidrBlocks: reachableFrom.map((cidrBlock) => ({ cidrBlock })) },
			ipAllocationPolicy: { stackType: "IPV4" },
			enableShieldedNodes: true,
			// Dataplane V2: by it NetworkPolicies are enforced.
			datapathProvider: "ADVANCED_DATAPATH",
			addonsConfig: { gcePersistentDiskCsiDriverConfig: { enabled: true } },
		},
		// Afterwards it says what the pool has that is there, and a difference would replace the cluster.
		{ ...opts, protect: true, dependsOn: [...rights], ignoreChanges: ["nodeConfig"] },
	);
}

/** Without its key no Secret of the cluster can be read. @returns its ID, once GKE may use it */
function declareKey(
	name: string,
	{ name: called, project, region }: GkeClusterArgs,
	opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
	const kept = { ...opts, protect: true, retainOnDelete: true };
	const ring = new KeyRing(`${name}-secrets`, { name: `${called}-cluster`, location: region, project }, kept);
	const rotationPeriod = "7776000s";
	const key = new CryptoKey(`${name}-secrets`, { name: "secrets", keyRing: ring.id, rotationPeriod }, kept);
	const { number } = getProjectOutput({ projectId: project }, opts);
	const member = pulumi.interpolate`serviceAccount:service-${number}@container-engine-robot.iam.gserviceaccount.com`;
	const role = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
	return new CryptoKeyIAMMember(`${name}-secrets`, { cryptoKeyId: key.id, role, member }, opts).cryptoKeyId;
}

function kubeconfigOf(cluster: Cluster): pulumi.Output<string> {
	return pulumi
		.all([cluster.name, cluster.endpoint, cluster.masterAuth.clusterCaCertificate])
		.apply(([name, endpoint, authority]) =>
			kubeconfig({
				...{ name, server: `https://${endpoint}`, authority },
				exec: {
					...{ command: "gke-gcloud-auth-plugin", args: [], provideClusterInfo: true },
					installHint: "Install the plugin: gcloud components install gke-gcloud-auth-plugin",
				},
			}),
		);
}
