/** A cluster's configuration whose requests share connections. */
import type { AgentOptions } from "node:https";
import { isDeepStrictEqual } from "node:util";
import { type Cluster, type DispatcherOptions, KubeConfig, type RequestContext } from "@kubernetes/client-node";
import { Agent } from "undici";

type Connect = Extract<DispatcherOptions, { type: "agent" }>["connect"];

/**
 * client-node 2.0.1 makes an agent for each request, and with it a connection and a TLS handshake. Here a request takes a
 * connection that is free, or opens one. One that is free is closed after four seconds, and one whose request is given up at
 * once (undici, "Agent"), so that no request meets a connection for long whose way is cut. HTTP/2 would send all of them by one
 * connection, which outlives those that are given up. Through a proxy it is as client-node has it.
 */
export class PooledKubeConfig extends KubeConfig {
	#shared: { readonly connect: Connect; readonly agent: Agent } | null = null;

	/** What client-node would make an agent of; none where ours is used. */
	override createDispatcherOptions(cluster: Cluster | null, options: AgentOptions): DispatcherOptions {
		const wanted = super.createDispatcherOptions(cluster, options);
		if (wanted.type !== "agent") {
			this.#shared = null;
			return wanted;
		}
		if (!isDeepStrictEqual(wanted.connect, this.#shared?.connect)) {
			// Another certificate, of us or of the authority. The agent before may have requests; it goes when its connections do.
			const connect = wanted.connect as NonNullable<Agent.Options["connect"]>;
			this.#shared = { connect: wanted.connect, agent: new Agent({ connect, allowH2: false }) };
		}
		return { type: "none" };
	}

	override async applySecurityAuthentication(context: RequestContext): Promise<void> {
		await super.applySecurityAuthentication(context);
		if (this.#shared !== null) context.setDispatcher(this.#shared.agent);
	}
}

/** The cluster that this process is a pod of, as its account may see it. */
export function ownCluster(): PooledKubeConfig {
	const config = new PooledKubeConfig();
	config.loadFromCluster();
	return config;
}
