import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { some } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { kindOf, namespaceOf } from "../kubernetes/kinds.ts";
import { eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { isOfDatabase, lacksPort, type Target, targetsOf } from "./monitorTargets.ts";

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
	fix: "Declare a ServiceMonitor (or PodMonitor) whose selector and port fit a Service of the database or of its exporter, and a PrometheusRule in its namespace that asks for MySQL's metrics. Those of other applications do not count.",
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
		const monitors = [...kind("ServiceMonitor"), ...kind("PodMonitor")];
		yield* eachServer(stack, function* (server): Generator<StackFinding> {
			const own = yield* measured(stack, monitors, server);
			const places = [server.resource, ...own].map(namespaceOf);
			if (some(kind("PrometheusRule"), (rule) => places.includes(namespaceOf(rule)) && isOfMysql(rule))) return;
			yield {
				resource: server.resource,
				setting: "PrometheusRule",
				value: undefined,
				remedy: "declare one in the database's namespace, with alerts of MySQL's metrics",
			};
		});
	},
});

/** @returns the monitors that find something of the database, be it without the port that they ask */
function* measured(
	stack: DeclaredStack,
	monitors: readonly Declared[],
	server: MysqlServer,
): Generator<StackFinding, readonly Declared[]> {
	const { resource } = server;
	const here = namespaceOf(resource);
	const looking = monitors
		.filter((monitor) => namespaceOf(monitor) === here || looksInto(monitor, here))
		.map((monitor) => ({ monitor, targets: targetsOf(stack, monitor, here) }));
	const own = looking.filter(({ targets }) => targets.some((target) => isOfDatabase(stack, target, server)));
	for (const { monitor, targets } of own) yield* portless(monitor, targets);
	// One that finds another application is that one's; one that finds nothing was meant for something.
	const blind = looking.filter(({ monitor, targets }) => namespaceOf(monitor) === here && targets.length === 0);
	for (const { monitor } of own.length > 0 ? [] : blind)
		yield {
			resource: monitor,
			setting: "spec.selector",
			value: monitor.props.spec?.selector,
			remedy: "it finds nothing: select a Service of the database by its labels",
		};
	if (own.length + blind.length === 0)
		yield { resource, setting: "ServiceMonitor", value: undefined, remedy: "declare one for the database's metrics" };
	return own.map(({ monitor }) => monitor);
}

function* portless(monitor: Declared, targets: readonly Target[]): Generator<StackFinding> {
	const port = lacksPort(monitor, targets);
	if (port !== undefined)
		yield {
			resource: monitor,
			setting: "spec.endpoints",
			value: port,
			remedy: "what it selects has no such port: name one",
		};
}

function looksInto({ props }: Declared, namespace: string): boolean {
	const { any, matchNames = [] } = props.spec?.namespaceSelector ?? {};
	return any === true || matchNames.includes(namespace);
}

/** By what its alerts are called and ask for. */
function isOfMysql({ props }: Declared): boolean {
	return /mysql|mariadb|percona/i.test(JSON.stringify(props.spec?.groups ?? []));
}
