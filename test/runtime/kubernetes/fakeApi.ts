/** A Kubernetes API that answers what a test says; a real HTTP server, so that the real client is what is tested. */
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { temporary } from "../temporary.ts";

export interface Seen {
	readonly method: string;
	readonly url: string;
	readonly body: string;
	readonly type: string | undefined;
}

/** Status and body; "silence" never answers, "gone" ends the connection. */
export type Answer = readonly [number, unknown] | "silence" | "gone";

export interface FakeApi {
	readonly kubeconfig: string;
	readonly seen: Seen[];
	/** By method and path without the query: `GET /api/v1/nodes`. A function is asked each time. */
	readonly routes: Map<string, Answer | ((seen: Seen) => Answer)>;
	close(): Promise<void>;
}

export async function fakeApi(): Promise<FakeApi> {
	const seen: Seen[] = [];
	const routes: FakeApi["routes"] = new Map();
	const server = createServer(async (request, response) => {
		const entry = {
			method: request.method ?? "",
			url: request.url ?? "",
			body: await text(request),
			type: request.headers["content-type"],
		};
		seen.push(entry);
		const route = routes.get(`${entry.method} ${entry.url.split("?")[0]}`) ?? notFound;
		const answer = typeof route === "function" ? route(entry) : route;
		if (answer === "silence") return;
		if (answer === "gone") return void response.destroy();
		const [status, body] = answer;
		response.writeHead(status, { "content-type": "application/json" });
		response.end(typeof body === "string" ? body : JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		kubeconfig: kubeconfigFile(`http://127.0.0.1:${port}`),
		seen,
		routes,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

const notFound: Answer = [404, { kind: "Status", message: "not found", code: 404 }];

export function kubeconfigFile(server: string): string {
	const file = join(temporary("kubeconfig"), "config");
	const config = {
		apiVersion: "v1",
		kind: "Config",
		clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
		users: [{ name: "me", user: {} }],
		contexts: [
			{ name: "fake", context: { cluster: "fake", user: "me" } },
			{ name: "other", context: { cluster: "fake", user: "me" } },
		],
		"current-context": "fake",
	};
	writeFileSync(file, JSON.stringify(config));
	return file;
}

async function text(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString("utf8");
}
