/** The archiver's HTTP side: liveness, readiness, metrics, its status, the catalogue of the backups, and what is archived. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Registry } from "prom-client";
import { z } from "zod";
import { parseGtidSet } from "../mysql/gtidSet.ts";
import type { Archived } from "./archivedSet.ts";
import type { ArchiveStatus } from "./archiveStatus.ts";

export interface ArchiveServerOptions {
	readonly port: number;
	readonly alive: () => boolean;
	/** Null while it is only starting. */
	readonly status: () => ArchiveStatus | null;
	/** As JSON. */
	readonly catalogue: () => Promise<unknown>;
	readonly archived: Archived;
	readonly metrics: Registry;
}

type Answer = { readonly code: number; readonly type?: string; readonly body: string };

export function serveArchive(options: ArchiveServerOptions): Server {
	const server = createServer((request, response) => {
		answer(options, request)
			.catch((error: Error): Answer => ({ code: 500, body: error.message }))
			.then(({ code, type, body }) => {
				response.writeHead(code, { "content-type": type ?? "text/plain" });
				response.end(body);
			});
	});
	return server.listen(options.port);
}

async function answer(options: ArchiveServerOptions, request: IncomingMessage): Promise<Answer> {
	const json = (value: unknown): Answer => ({ code: 200, type: "application/json", body: JSON.stringify(value) });
	const status = options.status();
	switch (new URL(request.url ?? "/", "http://archiver").pathname) {
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
		case "/archived":
			return question(options.archived, request);
		default:
			return { code: 404, body: "there are /livez, /readyz, /metrics, /status, /catalogue and /archived" };
	}
}

const questionSchema = z.object({ set: z.string(), beyond: z.string() });
/** Of a question; a GTID set of many servers has some kilobytes. */
const longestQuestion = 2 ** 20;

/** `{"set":…,"beyond":…}`, as {@link Archived} takes them. */
async function question(archived: Archived, request: IncomingMessage): Promise<Answer> {
	const parts: Buffer[] = [];
	let length = 0;
	for await (const part of request) {
		length += part.length;
		if (length > longestQuestion) return { code: 413, body: `a question has at most ${longestQuestion} bytes` };
		parts.push(part);
	}
	try {
		const { set, beyond } = questionSchema.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
		const [wanted, known] = [parseGtidSet(set), parseGtidSet(beyond)];
		return { code: 200, type: "application/json", body: JSON.stringify({ archived: await archived(wanted, known) }) };
	} catch (error) {
		return { code: 400, body: `not a question: ${error instanceof Error ? error.message : error}` };
	}
}
