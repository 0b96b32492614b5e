/** The watchdog's HTTP side: liveness, readiness, metrics, and the status that operators read. */
import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";
import type { Status } from "./status.ts";

export interface ServerOptions {
	readonly port: number;
	readonly alive: () => boolean;
	readonly ready: () => boolean;
	/** Null when another leads. */
	readonly status: () => Status | null;
	readonly leader: () => string | null;
	readonly metrics: Registry;
}

type Answer = { readonly code: number; readonly type?: string; readonly body: string };

export function serve(options: ServerOptions): Server {
	const server = createServer((request, response) => {
		answer(options, request.url ?? "/")
			.catch((error: Error): Answer => ({ code: 500, body: error.message }))
			.then(({ code, type, body }) => {
				response.writeHead(code, { "content-type": type ?? "text/plain" });
				response.end(body);
			});
	});
	return server.listen(options.port);
}

async function answer(options: ServerOptions, url: string): Promise<Answer> {
	switch (new URL(url, "http://watchdog").pathname) {
		case "/livez":
			return options.alive() ? { code: 200, body: "alive" } : { code: 500, body: "stuck" };
		case "/readyz":
			return options.ready() ? { code: 200, body: "ready" } : { code: 503, body: "not ready" };
		case "/metrics":
			return { code: 200, type: options.metrics.contentType, body: await options.metrics.metrics() };
		case "/status":
			return statusAnswer(options);
		default:
			return { code: 404, body: "there are /livez, /readyz, /metrics and /status" };
	}
}

/** 421 Misdirected Request: the caller should ask the leader that is named. */
function statusAnswer(options: ServerOptions): Answer {
	const status = options.status();
	const type = "application/json";
	if (status !== null) return { code: 200, type, body: JSON.stringify(status) };
	return { code: 421, type, body: JSON.stringify({ leader: options.leader() }) };
}
