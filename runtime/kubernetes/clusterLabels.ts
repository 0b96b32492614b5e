/** The labels of everything that the runtime makes in Kubernetes for one database; components/naming.ts declares the same. */
export function clusterLabels(cluster: string): Record<string, string> {
	return {
		"app.kubernetes.io/name": "mysql",
		"app.kubernetes.io/part-of": "mysql-dr",
		"mysql-dr/cluster": cluster,
	};
}
