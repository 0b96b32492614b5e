/** Cluster DNS as objects: CoreDNS, one a zone. */
import type { KubernetesObject } from "./api.ts";
import { dnsServiceAddress } from "./layout.ts";

const corefile = `.:53 {
    errors
    health {
      lameduck 3s
    }
    ready
    kubernetes cluster.local in-addr.arpa {
      pods insecure
      ttl 5
    }
    prometheus :9153
    cache 5
    reload
    loadbalance
}
`;

/** CoreDNS, one a zone. */
export function dnsObjects(image: string, zones: number): KubernetesObject[] {
	const namespace = "kube-system";
	const name = "coredns";
	const rbac = "rbac.authorization.k8s.io";
	const watch = ["list", "watch"];
	return [
		{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
		{
			apiVersion: `${rbac}/v1`,
			kind: "ClusterRole",
			metadata: { name },
			rules: [
				{ apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: watch },
				{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: watch },
			],
		},
		{
			apiVersion: `${rbac}/v1`,
			kind: "ClusterRoleBinding",
			metadata: { name },
			roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
			subjects: [{ kind: "ServiceAccount", name, namespace }],
		},
		{
			apiVersion: "v1",
			kind: "ConfigMap",
			metadata: { name, namespace },
			data: { Corefile: corefile },
		},
		dnsDeployment(name, namespace, { image, zones }),
		{
			apiVersion: "v1",
			kind: "Service",
			metadata: {
				name: "kube-dns",
				namespace,
				labels: { "k8s-app": "kube-dns" },
			},
			spec: {
				clusterIP: dnsServiceAddress,
				selector: { "k8s-app": "kube-dns" },
				ports: [
					{ name: "dns", port: 53, protocol: "UDP" },
					{ name: "dns-tcp", port: 53, protocol: "TCP" },
				],
			},
		},
	];
}

/** Required, not preferred: pods are made when the first zone is ready, and all three would land there. */
function dnsDeployment(
	name: string,
	namespace: string,
	{ image, zones }: { image: string; zones: number },
): KubernetesObject {
	const labels = { "k8s-app": "kube-dns" };
	const leave = (key: string) => ({
		key,
		operator: "Exists",
		effect: "NoExecute",
		tolerationSeconds: 20,
	});
	return {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name, namespace },
		spec: {
			replicas: zones,
			// A surge pod would have no zone left.
			strategy: {
				type: "RollingUpdate",
				rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
			},
			selector: { matchLabels: labels },
			template: {
				metadata: { labels },
				spec: {
					serviceAccountName: name,
					priorityClassName: "system-cluster-critical",
					dnsPolicy: "Default",
					tolerations: [leave("node.kubernetes.io/unreachable"), leave("node.kubernetes.io/not-ready")],
					affinity: {
						podAntiAffinity: {
							requiredDuringSchedulingIgnoredDuringExecution: [
								{
									topologyKey: "topology.kubernetes.io/zone",
									labelSelector: { matchLabels: labels },
								},
							],
						},
					},
					containers: [dnsContainer(name, image)],
					volumes: [{ name: "config", configMap: { name } }],
				},
			},
		},
	};
}

function dnsContainer(name: string, image: string) {
	return {
		name,
		image,
		args: ["-conf", "/etc/coredns/Corefile"],
		ports: [
			{ name: "dns", containerPort: 53, protocol: "UDP" },
			{ name: "dns-tcp", containerPort: 53, protocol: "TCP" },
		],
		readinessProbe: {
			httpGet: { path: "/ready", port: 8181 },
			periodSeconds: 2,
		},
		livenessProbe: {
			httpGet: { path: "/health", port: 8080 },
			initialDelaySeconds: 10,
		},
		resources: {
			requests: { cpu: "20m", memory: "40Mi" },
			limits: { memory: "170Mi" },
		},
		securityContext: {
			allowPrivilegeEscalation: false,
			readOnlyRootFilesystem: true,
			capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
		},
		volumeMounts: [{ name: "config", mountPath: "/etc/coredns" }],
	};
}
