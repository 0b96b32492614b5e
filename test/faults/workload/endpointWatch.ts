/**
 * Where mysql-primary points, as kube-proxy learns it: by a watch of the EndpointSlice. What it said last stays true while
 * the API is away.
 */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, get } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** The EndpointSlice, and how to log in where it is. */
export interface Slice {
	/** Of a list that has nothing but it. */
	readonly url: string;
	readonly ca: string;
	readonly cert: string;
	readonly key: string;
}

/** Before a watch that ended is begun again. */
const restMs = 20;
/** For the answer's beginning; the watch itself lasts for as long as it does. */
const answerMs = 500;

/** Tells each address as it comes, until the signal. */
export async function watchEndpoint(slice: Slice, signal: AbortSignal, tell: (address: string) => void): Promise<void> {
	const { url, ca, cert, key } = slice;
	const agent = new Agent({ keepAlive: true, ca, cert, key });
	while (!signal.aborted) {
		await watchOnce(`${url}&watch=true`, agent, signal, tell).catch(() => {});
		await sleep(restMs);
	}
	agent.destroy();
}

async function watchOnce(url: string, agent: Agent, signal: AbortSignal, tell: (address: string) => void) {
	const request = get(url, { agent, signal });
	// Whoever reads its lines sees them end; without a listener an error would end the process.
	request.on("error", () => {});
	const late = setTimeout(() => request.destroy(new Error("no answer")), answerMs);
	try {
		const [response] = (await once(request, "response")) as [IncomingMessage];
		clearTimeout(late);
		response.on("error", () => {});
		if (response.statusCode !== 200) throw new Error(`answered with ${response.statusCode}`);
		for await (const line of createInterface(response)) {
			const address = addressIn(line);
			if (address !== null) tell(address);
		}
	} finally {
		clearTimeout(late);
		request.destroy();
	}
}

/** In one event of the watch; null when it tells of none. Pure. */
export function addressIn(line: string): string | null {
	const { type, object } = JSON.parse(line) as { type: string; object?: { endpoints?: { addresses: string[] }[] } };
	return type === "ADDED" || type === "MODIFIED" ? (object?.endpoints?.[0]?.addresses[0] ?? null) : null;
}
