/** The archiver's HTTP side: liveness, readiness, metrics, its status, and the catalogue of the backups. */
import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";
import type { ArchiveStatus } from "./archiveStatus.ts";

export interface ArchiveServerOptions {
	readonly port: number;
	readonly alive: () => boolean;
	/** Null while it is only starting. */
	readonly status: () => ArchiveStatus | null;
	/** As JSON. */
	readonly catalogue: () => Promise<unknown>;
	readonly metrics: Registry;
}

type Answer = { readonly code: number; readonly type?: string; readonly body: string };

export function serveArchive(options: ArchiveServerOptions): Server {
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

async function answer(options: ArchiveServerOptions, url: string): Promise<Answer> {
	const json = (value: unknown): Answer => ({ code: 200, type: "application/json", body: JSON.stringify(value) });
	const status = options.status();
	switch (new URL(url, "http://archiver").pathname) {
		case "/livez":
			return options.alive() ? { code: 200, body: "alive" } : { code: 500, body: "stuck" };
		case "/readyz":
			return status?.following ? { code: 200, body: "ready" } : { code: 503, body: "nobody is followed" };
		case "/metrics":
			return { code: 200, type: options.metrics.contentType, body: await options.metrics.metrics() };
		case "/status":
			return status === null ? { code: 503, body: "starting" } : json(status);
		case "/catalogue":
			return json(await options.catalogue());
		default:
			return { code: 404, body: "there are /livez, /readyz, /metrics, /status and /catalogue" };
	}
}
