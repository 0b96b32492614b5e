/** A kubeconfig that holds no secret: whoever uses it asks the cloud's own command line for a token of his own. Pure. */

/** How a cluster is reached, and by which command one shows who one is. */
export interface Reached {
	readonly name: string;
	/** `https://…` */
	readonly server: string;
	/** The authority's certificate, in base64. */
	readonly authority: string;
	readonly exec: {
		readonly command: string;
		readonly args: readonly string[];
		/** What to install where there is no such command. */
		readonly installHint: string;
		/** Whether the command is told which cluster it is for. */
		readonly provideClusterInfo?: boolean;
	};
}

/** @returns JSON, which is YAML too */
export function kubeconfig({ name, server, authority, exec }: Reached): string {
	const { command, args, installHint, provideClusterInfo = false } = exec;
	const plugin = {
		...{ apiVersion: "client.authentication.k8s.io/v1beta1", interactiveMode: "IfAvailable" },
		...{ command, args, installHint, provideClusterInfo },
	};
	return JSON.stringify({
		...{ apiVersion: "v1", kind: "Config", "current-context": name },
		clusters: [{ name, cluster: { server, "certificate-authority-data": authority } }],
		users: [{ name, user: { exec: plugin } }],
		contexts: [{ name, context: { cluster: name, user: name } }],
	});
}
