import { describe, expect, test } from "@jest/globals";
import { pathOf } from "../../../local/site/api.ts";
import { dnsObjects } from "../../../local/site/dns.ts";
import { volumeObjects, volumeSnapshotClass } from "../../../local/site/volumes.ts";

const objects = [...volumeObjects(), ...dnsObjects("coredns:1", 3)];
const named = (kind: string) => objects.find((object) => object.kind === kind);

describe("what the cluster gets", () => {
	test("volumes and snapshots outlive the objects that asked for them", () => {
		expect(named("StorageClass")).toMatchObject({
			metadata: { name: "mysql-dr-local" },
			reclaimPolicy: "Retain",
			volumeBindingMode: "WaitForFirstConsumer",
			allowVolumeExpansion: true,
		});
		expect(objects.find(({ metadata }) => metadata?.name === "mysql-dr-local-scratch")).toMatchObject({
			reclaimPolicy: "Delete",
			volumeBindingMode: "WaitForFirstConsumer",
		});
		expect(volumeSnapshotClass()).toMatchObject({ metadata: { name: "mysql-dr-local" }, deletionPolicy: "Retain" });
	});

	test("cluster DNS must be one a zone and needs no surge pod to be renewed", () => {
		expect(named("Deployment")).toMatchObject({
			spec: {
				replicas: 3,
				strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
				template: {
					spec: {
						affinity: {
							podAntiAffinity: {
								requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "topology.kubernetes.io/zone" }],
							},
						},
					},
				},
			},
		});
	});

	test("every object has a place in the API", () => {
		expect([...objects, volumeSnapshotClass()].map(pathOf)).toEqual([
			"/apis/storage.k8s.io/v1/csidrivers/csi.local.mysql-dr.dev",
			"/apis/storage.k8s.io/v1/storageclasses/mysql-dr-local",
			"/apis/storage.k8s.io/v1/storageclasses/mysql-dr-local-scratch",
			"/apis/rbac.authorization.k8s.io/v1/clusterroles/mysql-dr%3Acsi",
			"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/mysql-dr%3Acsi",
			"/api/v1/namespaces/kube-system/serviceaccounts/coredns",
			"/apis/rbac.authorization.k8s.io/v1/clusterroles/coredns",
			"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/coredns",
			"/api/v1/namespaces/kube-system/configmaps/coredns",
			"/apis/apps/v1/namespaces/kube-system/deployments/coredns",
			"/api/v1/namespaces/kube-system/services/kube-dns",
			"/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses/mysql-dr-local",
		]);
	});
});
