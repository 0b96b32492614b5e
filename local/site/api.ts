/** The site's API server, spoken to directly: reading and server-side apply, without a kubectl process a question. */
import { Agent, request } from "node:https";
import type { Credentials } from "./kubeconfig.ts";

/** A Kubernetes object as it is declared. */
export interface KubernetesObject {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: {
		readonly name: string;
		readonly namespace?: string;
		readonly labels?: Readonly<Record<string, string>>;
		readonly annotations?: Readonly<Record<string, string>>;
	};
	readonly [field: string]: unknown;
}

export interface Api {
	/** The answer's JSON, or its text where it is none. */
	get<T>(path: string): Promise<T>;
	/** Server-side apply; fields that others set stay theirs. */
	apply(object: KubernetesObject): Promise<void>;
	close(): void;
}

export class ApiError extends Error {
	override readonly name = "ApiError";
	readonly status: number;
	constructor(status: number, message: string) {
		super(`API server: ${status} ${message}`);
		this.status = status;
	}
}

const fieldManager = "mysql-dr-local";
/** Milliseconds: a machine without power does not even refuse. */
const patience = 5000;

export function apiClient(credentials: Credentials): Api {
	const { hostname, port } = new URL(credentials.server);
	const agent = new Agent({
		keepAlive: true,
		ca: credentials.authority,
		cert: credentials.certificate,
		key: credentials.key,
	});
	const ask = (method: string, path: string, body?: KubernetesObject) =>
		new Promise<string>((resolve, reject) => {
			const headers = body ? { "content-type": "application/apply-patch+yaml" } : {};
			const outgoing = request({ hostname, port, path, method, agent, headers, timeout: patience }, (response) => {
				let text = "";
				response.setEncoding("utf8");
				response.on("data", (chunk: string) => {
					text += chunk;
				});
				response.on("error", reject);
				response.on("end", () => {
					const status = response.statusCode ?? 0;
					if (status >= 200 && status < 300) resolve(text);
					else reject(new ApiError(status, messageOf(text)));
				});
			});
			outgoing.on("timeout", () => outgoing.destroy(new Error(`API server: silent for ${patience} ms`)));
			outgoing.on("error", reject);
			outgoing.end(body && JSON.stringify(body));
		});
	return {
		get: async <T>(path: string) => parse(await ask("GET", path)) as T,
		apply: async (object) => {
			const query = `fieldManager=${fieldManager}&force=true`;
			await ask("PATCH", `${pathOf(object)}?${query}`, object);
		},
		close: () => agent.destroy(),
	};
}

/** Where an object lives. Every kind that the add-ons have makes its plural by rule. */
export function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
	const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : "/api/v1";
	const lower = kind.toLowerCase();
	const plural = lower.endsWith("s") ? `${lower}es` : `${lower}s`;
	const scope = metadata.namespace ? `/namespaces/${metadata.namespace}` : "";
	return `${root}${scope}/${plural}/${encodeURIComponent(metadata.name)}`;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function messageOf(text: string): string {
	const answer = parse(text);
	return typeof answer === "object" && answer !== null && "message" in answer
		? String(answer.message)
		: text.slice(0, 200);
}
