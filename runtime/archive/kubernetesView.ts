/** The cluster as Kubernetes tells of it: the watchdogs' record, and the pods. */
import type { Settings } from "../../objectives/settings.ts";
import { parseRecord } from "../failover/record.ts";
import { instanceHost } from "../instance/hostName.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import type { Target } from "../mysql/session.ts";
import type { ClusterView } from "./clusterView.ts";

export interface ViewOptions {
	readonly access: Pick<ClusterAccess, "configMap" | "pods">;
	readonly settings: Pick<Settings, "cluster" | "namespace" | "clusterDomain">;
	/** Of the administrative interface: clients cannot use up its connections. */
	readonly port: number;
	readonly onError: (error: unknown) => void;
}

export function kubernetesView({ access, settings, port, onError }: ViewOptions): ClusterView {
	const selector = `app.kubernetes.io/part-of=mysql-dr,app.kubernetes.io/component=database,mysql-dr/cluster=${settings.cluster}`;
	let known: readonly Target[] = [];
	return {
		async reign() {
			const text = (await access.configMap("mysql-cluster"))?.data?.["record.json"];
			return text === undefined ? null : parseRecord(text);
		},
		async instances() {
			try {
				const pods = await access.pods(selector);
				known = pods.flatMap(({ metadata, status }) => {
					const [name, address] = [metadata?.name, status?.podIP];
					if (name === undefined || address === undefined) return [];
					return [{ name, address, port, identity: instanceHost(name, settings) }];
				});
			} catch (error) {
				onError(error);
			}
			return known;
		},
	};
}
