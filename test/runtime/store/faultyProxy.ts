/** Stands between a client and a store's server, and does to what passes what bad lines and busy stores do. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import type { StoreSettings } from "../../../objectives/settings.ts";

export type Fault =
	/** The whole answer comes so many milliseconds late. */
	| { readonly kind: "late"; readonly ms: number }
	/** The server does not get to see the request, and nobody answers. */
	| { readonly kind: "silent" }
	/** As S3 says it; the server does not get to see the request. */
	| { readonly kind: "refuses"; readonly status: Refusal }
	/** The connection breaks when so many bytes of the request's body have passed. */
	| { readonly kind: "cuts upload"; readonly bytes: number }
	/** The server has done it; the connection breaks before its answer passes. */
	| { readonly kind: "cuts answer" }
	/** The connection breaks when so many bytes of the answer's body have passed. */
	| { readonly kind: "cuts download"; readonly bytes: number }
	/** So many bytes of the answer's body pass, and then none. */
	| { readonly kind: "stalls download"; readonly bytes: number };

export interface Aim {
	/** Default: every method. */
	readonly method?: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
	/** What the path must contain. Default: every path. */
	readonly path?: string;
	/** How many requests it befalls. Default: all until {@link FaultyProxy.mend}. */
	readonly times?: number;
}

const words = { 403: "AccessDenied", 500: "InternalError", 503: "SlowDown" } as const;
type Refusal = keyof typeof words;

export class FaultyProxy {
	/** Requests that a fault has befallen since it began. */
	met = 0;
	/** Method and path with its query, of every request, in the order in which they came. */
	readonly asked: string[] = [];
	readonly #server: Server;
	readonly #to: URL;
	/** Of who is never answered. */
	readonly #waiting = new Set<Socket>();
	#fault: { readonly fault: Fault; readonly aim: Aim } | null = null;
	#seen = Promise.withResolvers<void>();

	private constructor(server: Server, to: URL) {
		this.#server = server;
		this.#to = to;
	}

	/** In front of this store's server, with nothing wrong yet. */
	static async before({ endpoint }: StoreSettings): Promise<FaultyProxy> {
		const server = createServer();
		const proxy = new FaultyProxy(server, new URL(endpoint as string));
		server.on("request", (asked: IncomingMessage, answer: ServerResponse) => proxy.#pass(asked, answer));
		server.on("checkContinue", (asked: IncomingMessage, answer: ServerResponse) => proxy.#pass(asked, answer));
		await once(server.listen(0, "127.0.0.1"), "listening");
		return proxy;
	}

	get endpoint(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** From now on, in place of the fault before. @returns when it has befallen a request */
	fail(fault: Fault, aim: Aim = {}): Promise<void> {
		this.#fault = { fault, aim };
		this.met = 0;
		this.#seen = Promise.withResolvers();
		return this.#seen.promise;
	}

	/** Nothing is wrong any more; who was not answered is cut off. */
	mend(): void {
		this.#fault = null;
		for (const socket of this.#waiting) socket.destroy();
		this.#waiting.clear();
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, "close");
	}

	#faultOf({ method, url = "", socket }: IncomingMessage): Fault | null {
		if (this.#fault === null) return null;
		const { fault, aim } = this.#fault;
		if (this.met >= (aim.times ?? Number.POSITIVE_INFINITY)) return null;
		if ((aim.method ?? method) !== method || !decodeURIComponent(url).includes(aim.path ?? "")) return null;
		this.met += 1;
		if (fault.kind === "silent" || fault.kind === "stalls download") this.#waiting.add(socket);
		this.#seen.resolve();
		return fault;
	}

	#pass(asked: IncomingMessage, answer: ServerResponse): void {
		this.asked.push(`${asked.method} ${asked.url}`);
		const fault = this.#faultOf(asked);
		if (fault?.kind === "silent") take(asked, answer).resume();
		else if (fault?.kind === "refuses") refuse(asked, answer, fault.status);
		else this.#forward(asked, answer, fault);
	}

	#forward(asked: IncomingMessage, answer: ServerResponse, fault: Fault | null): void {
		const { method = "GET", url: path = "/", rawHeaders: headers } = asked;
		const { hostname, port } = this.#to;
		// Headers as they are: the host among them is signed.
		const passed = request({ hostname, port, method, path, headers, agent: false });
		const breakOff = () => {
			passed.destroy();
			asked.socket.destroy();
		};
		passed.on("error", breakOff);
		answer.on("close", () => passed.destroy());
		passed.on("response", (given) => void this.#answer(given, answer, fault).catch(breakOff));
		const body = take(asked, answer);
		if (fault?.kind === "cuts upload") upTo(fault.bytes, body, passed, breakOff);
		// In one piece: versitygw refuses a key that is there without reading the body, and a write after that loses its answer.
		else buffer(body).then((whole) => passed.end(whole), breakOff);
	}

	async #answer(given: IncomingMessage, answer: ServerResponse, fault: Fault | null): Promise<void> {
		const { statusCode = 500, rawHeaders } = given;
		if (fault?.kind === "cuts answer") {
			await buffer(given);
			return void answer.destroy();
		}
		if (fault?.kind === "late") {
			const body = await buffer(given);
			setTimeout(() => answer.writeHead(statusCode, rawHeaders).end(body), fault.ms);
			return;
		}
		answer.writeHead(statusCode, rawHeaders);
		if (fault?.kind === "cuts download") return upTo(fault.bytes, given, answer, () => answer.destroy());
		if (fault?.kind === "stalls download") return upTo(fault.bytes, given, answer, () => given.pause());
		given.on("error", () => answer.destroy()).pipe(answer);
	}
}

/** S3's client sends a large body only when it is told to. */
function take(asked: IncomingMessage, answer: ServerResponse): IncomingMessage {
	if (asked.headers.expect === "100-continue") answer.writeContinue();
	return asked;
}

/** Whoever sends must not see the refusal before it has sent: that would be another fault. */
function refuse(asked: IncomingMessage, answer: ServerResponse, status: Refusal): void {
	const code = words[status];
	const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>as the test wants it</Message></Error>`;
	take(asked, answer)
		.resume()
		.once("end", () => answer.writeHead(status, { "Content-Type": "application/xml" }).end(body));
}

/** @param over called once when so many bytes have passed, or all that there are */
function upTo(bytes: number, from: IncomingMessage, to: NodeJS.WritableStream, over: () => void): void {
	let left = bytes;
	let ended = false;
	const end = () => {
		if (ended) return;
		ended = true;
		over();
	};
	from.on("data", (chunk: Buffer) => {
		if (ended) return;
		const part = chunk.subarray(0, left);
		left -= part.length;
		// Only what has left this process has passed.
		to.write(part, () => left === 0 && end());
	});
	from.on("end", end).on("error", end);
}
