/** What a monitor of Prometheus finds in a program: Services, or pods, and of which database they are. */
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { mysqlPodsOf } from "../kubernetes/actsOnMysql.ts";
import { kindOf, namespaceOf } from "../kubernetes/kinds.ts";
import type { MysqlServer } from "../kubernetes/mysqlServer.ts";
import { hasPods, podsOf } from "../kubernetes/pod.ts";
import { type LabelSelector, type Labels, selects } from "../kubernetes/selector.ts";

/** A Service, or the pods of a workload. */
export interface Target {
	/** Whether it has these pods, or is some of them. */
	reaches(labels: Labels): boolean;
	readonly ports: readonly (string | undefined)[];
}

export function targetsOf({ resources }: DeclaredStack, monitor: Declared, namespace: string): Target[] {
	const selector: LabelSelector = monitor.props.spec?.selector ?? {};
	const here = resources.filter((one) => one.type.startsWith("kubernetes:") && namespaceOf(one) === namespace);
	if (kindOf(monitor.type) === "PodMonitor")
		return here
			.filter((one) => hasPods(one.type))
			.map(podsOf)
			.filter(({ labels }) => selects(selector, labels))
			.map(({ labels: own, spec }) => ({
				reaches: (labels) => labels === own || Object.entries(own).every(([name, value]) => labels[name] === value),
				ports: (spec.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ name }) => name)),
			}));
	return here
		.filter((one) => kindOf(one.type) === "Service")
		.filter(({ props }) => selects(selector, props.metadata?.labels ?? {}))
		.map(({ props }) => ({
			reaches: (labels) => {
				const chosen: Labels = props.spec?.selector ?? {};
				return Object.keys(chosen).length > 0 && selects({ matchLabels: chosen }, labels);
			},
			ports: (props.spec?.ports ?? []).map(({ name }: { name?: string }) => name),
		}));
}

/** Its own pods, or those of an exporter or a watchdog beside it. */
export function isOfDatabase({ resources }: DeclaredStack, target: Target, server: MysqlServer): boolean {
	if (target.reaches(server.labels)) return true;
	return resources.some((one) => {
		if (!hasPods(one.type) || namespaceOf(one) !== namespaceOf(server.resource)) return false;
		const pods = mysqlPodsOf(one);
		return pods?.lasting === true && target.reaches(pods.labels);
	});
}

/** A port that the monitor asks and that nothing has of what it finds. */
export function lacksPort({ props }: Declared, targets: readonly Target[]): string | undefined {
	const { endpoints = [], podMetricsEndpoints = [] } = props.spec ?? {};
	const ports: string[] = [...endpoints, ...podMetricsEndpoints].flatMap(({ port }) =>
		port === undefined ? [] : [port],
	);
	return ports.find((port) => !targets.some((target) => target.ports.includes(port)));
}
