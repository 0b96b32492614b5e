/** Connections of a real HTTPS server, counted. */
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { CoreV1Api } from "@kubernetes/client-node";
import { makeAuthority, makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { kubernetesApi, UnreachableError } from "../../../runtime/kubernetes/api.ts";
import { PooledKubeConfig } from "../../../runtime/kubernetes/pooledKubeConfig.ts";

let server: Server;
let config: PooledKubeConfig;
let connections: number;
let silent: boolean;

beforeEach(async () => {
	const authority = await makeAuthority("test", new Date());
	const { certificate: cert, key } = await makeServerCertificate(authority, ["localhost"], new Date());
	[connections, silent] = [0, false];
	server = createServer({ cert, key, ALPNProtocols: ["h2", "http/1.1"] }, (_, response) => {
		if (silent) return;
		response.writeHead(200, { "content-type": "application/json" });
		response.end(JSON.stringify({ items: [] }));
	});
	server.on("secureConnection", () => {
		connections += 1;
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	config = configured(authority.certificate);
});

afterEach(() => {
	server.closeAllConnections();
	server.close();
});

function configured(ca: string): PooledKubeConfig {
	const made = new PooledKubeConfig();
	made.loadFromOptions({
		clusters: [
			{
				name: "test",
				server: `https://localhost:${(server.address() as AddressInfo).port}`,
				caData: Buffer.from(ca).toString("base64"),
			},
		],
		users: [{ name: "me", token: "a token" }],
		contexts: [{ name: "test", cluster: "test", user: "me" }],
		currentContext: "test",
	});
	return made;
}

test("requests one after the other do not open one each, whoever makes them", async () => {
	const core = config.makeApiClient(CoreV1Api);
	for (let nr = 0; nr < 5; nr++) {
		await kubernetesApi(config).text("/api/v1/nodes");
		await core.listNode();
	}
	// A request that comes in the very moment in which the one before ends may find its connection still taken.
	expect(connections).toBeLessThanOrEqual(2);
});

test("requests at the same time wait for none of each other", async () => {
	silent = true;
	const given = Array.from({ length: 3 }, () => kubernetesApi(config).text("/api/v1/nodes", { deadlineMs: 300 }));
	const all = await Promise.allSettled(given);
	expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
	expect(connections).toBe(3);
});

test("a connection whose request was given up carries no other", async () => {
	await kubernetesApi(config).text("/api/v1/nodes");
	silent = true;
	await expect(kubernetesApi(config).text("/api/v1/nodes", { deadlineMs: 200 })).rejects.toThrow("no answer within");
	silent = false;
	await kubernetesApi(config).text("/api/v1/nodes");
	expect(connections).toBe(2);
});

test("another authority is not believed by connections of the one before", async () => {
	await kubernetesApi(config).text("/api/v1/nodes");
	const other = await makeAuthority("other", new Date());
	config.clusters = [{ ...config.clusters[0], caData: Buffer.from(other.certificate).toString("base64") } as never];
	await expect(kubernetesApi(config).text("/api/v1/nodes")).rejects.toThrow(UnreachableError);
});
