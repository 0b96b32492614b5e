import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { some } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { kindOf, namespaceOf } from "../kubernetes/kinds.ts";
import { eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { hasPods, podsOf } from "../kubernetes/pod.ts";
import { selects } from "../kubernetes/selector.ts";

const group = /^kubernetes:monitoring\.coreos\.com\//;

export const monitored = stackRule({
	name: "monitored",
	family: "operations",
	what: "Where Prometheus is expected, a monitor finds the metrics of each database, and rules tell somebody.",
	why: {
		reason:
			"A ServiceMonitor that selects no Service, or a port that there is not, is no error anywhere: nothing is measured. And what is measured wakes nobody without a rule.",
		source: "https://prometheus-operator.dev/docs/developer/getting-started/",
	},
	fix: "Declare a ServiceMonitor (or PodMonitor) whose selector and port fit a Service of the database, and a PrometheusRule in its namespace.",
	severity: "medium",
	config: {
		expected: {
			type: "boolean",
			default: false,
			description: "Whether it is asked for in any case; else where the program declares anything for Prometheus.",
		},
	},
	*judgeStack(stack, { expected }) {
		const objects = stack.resources.filter(({ type }) => group.test(type));
		if (!expected && objects.length === 0) return;
		const kind = (name: string) => objects.filter(({ type }) => kindOf(type) === name);
		yield* eachServer(stack, function* (server): Generator<StackFinding> {
			const { resource } = server;
			const beside = (one: Declared) =>
				namespaceOf(one) === namespaceOf(resource) || looksInto(one, namespaceOf(resource));
			const monitors = [...kind("ServiceMonitor"), ...kind("PodMonitor")].filter(beside);
			if (monitors.length === 0)
				yield {
					resource,
					setting: "ServiceMonitor",
					value: undefined,
					remedy: "declare one for the database's metrics",
				};
			for (const monitor of monitors) yield* finds(stack, monitor, server);
			if (!some(kind("PrometheusRule"), (rule) => namespaceOf(rule) === namespaceOf(resource)))
				yield {
					resource,
					setting: "PrometheusRule",
					value: undefined,
					remedy: "declare one in the database's namespace",
				};
		});
	},
});

function looksInto({ props }: Declared, namespace: string): boolean {
	const { any, matchNames = [] } = props.spec?.namespaceSelector ?? {};
	return any === true || matchNames.includes(namespace);
}

/** Whether a monitor finds something to ask: a Service, or pods, in the namespace, with the port that it names. */
function* finds(stack: DeclaredStack, monitor: Declared, { resource }: MysqlServer): Generator<StackFinding> {
	const { selector, endpoints = [], podMetricsEndpoints = [] } = monitor.props.spec ?? {};
	const found =
		kindOf(monitor.type) === "PodMonitor"
			? stack.resources
					.filter((one) => hasPods(one.type) && inPlace(one))
					.map(podsOf)
					.filter(({ labels }) => selects(selector ?? {}, labels))
					.map(({ spec }) => (spec.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ name }) => name)))
			: stack.resources
					.filter((one) => kindOf(one.type) === "Service" && one.type.startsWith("kubernetes:") && inPlace(one))
					.filter(({ props }) => selects(selector ?? {}, props.metadata?.labels ?? {}))
					.map(({ props }) => (props.spec?.ports ?? []).map(({ name }: { name?: string }) => name));
	const ports: string[] = [...endpoints, ...podMetricsEndpoints].flatMap(({ port }) =>
		port === undefined ? [] : [port],
	);
	const missing = ports.find((port) => !found.some((names) => names.includes(port)));
	if (found.length === 0)
		yield {
			resource: monitor,
			setting: "spec.selector",
			value: selector,
			remedy: "it finds nothing: select a Service by its labels",
		};
	else if (missing !== undefined)
		yield {
			resource: monitor,
			setting: "spec.endpoints",
			value: missing,
			remedy: "what it selects has no such port: name one",
		};

	function inPlace(one: Declared): boolean {
		return namespaceOf(one) === namespaceOf(resource);
	}
}
