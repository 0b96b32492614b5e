/**
 * Shows the repository of one store to restic over its REST protocol (restic manual, "REST Backend"), on this machine
 * alone. `restic copy` takes the keys of both stores from the same variables of its environment, so that it could not
 * copy between two stores with keys of their own, nor from one kind of store to another by different identities. What
 * passes is encrypted. Only locks can be written.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { ObjectStore } from "../store/objectStore.ts";

export interface Gateway {
	/** `rest:http://…`; whoever does not know it gets nothing. */
	readonly repository: string;
	close(): Promise<void>;
}

/** @param path of the repository in the bucket, without a slash at its end */
export async function repositoryGateway(store: ObjectStore, path: string): Promise<Gateway> {
	const secret = randomBytes(16).toString("hex");
	const server = createServer((request, response) => {
		answer({ store, path, secret }, request, response).catch((error: unknown) => {
			response.writeHead(500).end(error instanceof Error ? error.message : String(error));
		});
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return {
		repository: `rest:http://127.0.0.1:${port}/${secret}/`,
		async close() {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
}

interface Shown {
	readonly store: ObjectStore;
	readonly path: string;
	readonly secret: string;
}

const types = ["data", "keys", "locks", "snapshots", "index"];

async function answer(shown: Shown, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const [, secret, type = "", name = ""] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
	if (secret !== shown.secret) return void response.writeHead(404).end();
	if (type === "config") return object(shown.store, `${shown.path}/config`, request, response);
	if (!types.includes(type)) return void response.writeHead(404).end();
	if (name === "") return list(shown, type, response);
	if (!/^[0-9a-f]{64}$/.test(name)) return void response.writeHead(400).end();
	const key = `${shown.path}/${type}/${type === "data" ? `${name.slice(0, 2)}/` : ""}${name}`;
	if (request.method === "POST" || request.method === "DELETE") {
		if (type !== "locks") return void response.writeHead(403).end();
		return lock(shown.store, key, request, response);
	}
	return object(shown.store, key, request, response);
}

/** Version 2 of the protocol: names with sizes. */
async function list({ store, path }: Shown, type: string, response: ServerResponse): Promise<void> {
	const found: { name: string; size: number }[] = [];
	for await (const { key, size } of store.list(`${path}/${type}/`)) {
		found.push({ name: key.slice(key.lastIndexOf("/") + 1), size });
	}
	response.writeHead(200, { "Content-Type": "application/vnd.x.restic.rest.v2" }).end(JSON.stringify(found));
}

async function object(
	store: ObjectStore,
	key: string,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	if (request.method === "HEAD") {
		const facts = await store.head(key);
		return void (facts === null
			? response.writeHead(404).end()
			: response.writeHead(200, { "Content-Length": facts.size }).end());
	}
	if (request.method !== "GET") return void response.writeHead(403).end();
	const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
	const part = from === undefined ? null : { offset: Number(from), length: Number(to) - Number(from) + 1 };
	const body = await (part === null ? store.get(key) : store.getRange(key, part.offset, part.length));
	if (body === null) return void response.writeHead(404).end();
	response.writeHead(part === null ? 200 : 206, { "Content-Length": body.length }).end(body);
}

async function lock(
	store: ObjectStore,
	key: string,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	if (request.method === "DELETE") await store.remove(key, "hide");
	// Replaced, so that no object lock of ours keeps it: restic takes its own locks away.
	else await store.put(key, await buffer(request), "replace");
	response.writeHead(200).end();
}
