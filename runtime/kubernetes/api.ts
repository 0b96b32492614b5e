/** Requests to the Kubernetes API, each with a deadline that ends the request itself. */
import { HttpMethod, IsomorphicFetchHttpLibrary, type KubeConfig, RequestContext } from "@kubernetes/client-node";

/** What the API answered when it was not what was asked for. */
export class ApiError extends Error {
	override readonly name = "ApiError";
	/** HTTP status: 404 not found, 409 conflict, 403 forbidden, ... */
	readonly status: number;
	readonly body: string;

	constructor(what: string, status: number, body: string) {
		super(`Kubernetes API: ${what}: ${reason(body)} (${status})`);
		this.status = status;
		this.body = body;
	}
}

/** The API did not answer, or not in time. */
export class UnreachableError extends Error {
	override readonly name = "UnreachableError";
}

export interface Request {
	readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	/** An object is sent as JSON; with PATCH as a merge patch. */
	readonly body?: unknown;
	readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
	/** Milliseconds; default 10 s. */
	readonly deadlineMs?: number;
	/** Ends the request early. */
	readonly signal?: AbortSignal | undefined;
}

/** A Kubernetes API server. */
export interface Api {
	/** The server's address, for messages. */
	readonly server: string;
	/** @returns the answer's text. @throws ApiError, UnreachableError, or the signal's reason */
	text(path: string, request?: Request): Promise<string>;
	/** The same, read as JSON of the type that the path has. */
	json<T>(path: string, request?: Request): Promise<T>;
}

export function kubernetesApi(config: KubeConfig): Api {
	const server = config.getCurrentCluster()?.server ?? "";
	const text = (path: string, request: Request = {}) => send(config, server, path, request);
	return {
		server,
		text,
		json: async <T>(path: string, request?: Request) => JSON.parse(await text(path, request)) as T,
	};
}

const http = new IsomorphicFetchHttpLibrary();

async function send(config: KubeConfig, server: string, path: string, request: Request): Promise<string> {
	const deadlineMs = request.deadlineMs ?? 10_000;
	const timeout = AbortSignal.timeout(deadlineMs);
	try {
		const context = prepared(server, path, request);
		context.setSignal(request.signal ? AbortSignal.any([timeout, request.signal]) : timeout);
		await config.applySecurityAuthentication(context);
		const answer = await http.send(context).toPromise();
		const body = await answer.body.text();
		if (answer.httpStatusCode < 300) return body;
		throw new ApiError(`${request.method ?? "GET"} ${path}`, answer.httpStatusCode, body);
	} catch (error) {
		if (error instanceof ApiError) throw error;
		request.signal?.throwIfAborted();
		const why = timeout.aborted ? `no answer within ${deadlineMs / 1000} s` : cause(error);
		throw new UnreachableError(`Kubernetes API at ${server}: ${why}`, { cause: error });
	}
}

/** @returns what the call gives, or null where the API has no such object. */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
	try {
		return await call;
	} catch (error) {
		if (error instanceof ApiError && error.status === 404) return null;
		throw error;
	}
}

function prepared(server: string, path: string, request: Request): RequestContext {
	const context = new RequestContext(`${server}${path}`, HttpMethod[request.method ?? "GET"]);
	for (const [name, value] of Object.entries(request.query ?? {})) {
		if (value !== undefined) context.setQueryParam(name, String(value));
	}
	if (request.body !== undefined) {
		const type = request.method === "PATCH" ? "application/merge-patch+json" : "application/json";
		context.setHeaderParam("Content-Type", type);
		context.setBody(JSON.stringify(request.body));
	}
	return context;
}

/** The message of the API's Status object, or what there is instead. */
function reason(body: string): string {
	try {
		const { message } = JSON.parse(body) as { message?: string };
		if (message !== undefined) return message;
	} catch {
		// Not a Status object; proxies answer with text.
	}
	return body.trim().slice(0, 200) || "refused";
}

/** fetch says "fetch failed" and hides why. */
function cause(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}
