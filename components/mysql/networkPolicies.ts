/** Who may connect to whom in a database's namespace: nobody, but for what is said here. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { adminPort, archivePort, labels, metadata, mysqlPort, type Part, type Place, watchdogPort } from "../naming.ts";

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type Rule = k8s.types.input.networking.v1.NetworkPolicyIngressRule;

/**
 * Declares the policies of a database's namespace.
 * @param clients who may reach MySQL's port; without it everybody (accounts, passwords and TLS guard it).
 */
export function declareNetworkPolicies(
	name: string,
	place: Place,
	clients: readonly Peer[] | undefined,
	opts: pulumi.CustomResourceOptions,
) {
	const pods = (part: Part): Peer => ({ podSelector: { matchLabels: labels(place, part) } });
	const members = [pods("database"), pods("watchdog")];
	const readers = [pods("archive"), pods("backup"), pods("restore"), pods("snapshot")];
	const declare = (part: Part, spec: { of?: Part; ingress?: Rule[] }, title: string) =>
		new k8s.networking.v1.NetworkPolicy(
			`${name}-${title}`,
			{
				metadata: metadata(place, part, title),
				spec: {
					podSelector: spec.of ? { matchLabels: labels(place, spec.of) } : {},
					policyTypes: ["Ingress"],
					...(spec.ingress ? { ingress: spec.ingress } : {}),
				},
			},
			opts,
		);
	return [
		declare("database", {}, "deny-by-default"),
		declare(
			"database",
			{ of: "database", ingress: [allow(mysqlPort, clients && [...clients, ...members, ...readers, pods("import")])] },
			"mysql-clients",
		),
		declare("database", { of: "database", ingress: [allow(adminPort, [...members, ...readers])] }, "mysql-members"),
		// Status and metrics, without secrets: the API server's pod proxy comes from outside of every pod network.
		declare("watchdog", { of: "watchdog", ingress: [allow(watchdogPort)] }, "mysql-watchdog"),
		declare("archive", { of: "archive", ingress: [allow(archivePort)] }, "mysql-archive"),
		// Instances clone a restored copy that is to take their place; the watchdog looks at it before.
		declare(
			"restore",
			{ of: "restore", ingress: [mysqlPort, adminPort].map((port) => allow(port, members)) },
			"mysql-restore",
		),
	];
}

function allow(port: number, from?: readonly Peer[]): Rule {
	return { ports: [{ protocol: "TCP", port }], ...(from ? { from: [...from] } : {}) };
}
