/**
 * The workload's process, in a network namespace of its own: several clients that write all the time through
 * `mysql-primary`. New connections go where the EndpointSlice points, as kube-proxy would send them; what it
 * said last stays true while the API is away. Or they ask every instance themselves. Or all go to one instance, whatever
 * anybody says: clients that stand beside it. Started with the path of its options; ends with SIGTERM.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { type Book, now } from "../../../runtime/drill/book.ts";
import { write } from "../../../runtime/drill/writer.ts";
import { openSession, type Session } from "../../../runtime/mysql/session.ts";
import { Asker } from "./asker.ts";
import { type Slice, watchEndpoint } from "./endpointWatch.ts";

export interface ClientOptions {
	/** Each line: id, time (ms since 1970), who acknowledged. */
	readonly acknowledged: string;
	readonly writers: number;
	readonly pauseMs: number;
	readonly password: string;
	/** PEM text of the instances' authority. */
	readonly ca: string;
	/** Where they connect to: an address, who tells it, or all that are to be asked. */
	readonly to: string | Slice | readonly string[];
	/** Ids begin here: no two runs of the clients use the same. */
	readonly firstId: number;
}

const connectMs = 1000;
const identity = "mysql-primary.mysql.svc.cluster.local";

async function main(options: ClientOptions): Promise<void> {
	const stop = new AbortController();
	process.once("SIGTERM", () => stop.abort());
	const open = opening(options, stop.signal);
	const book = bookIn(options.acknowledged);
	const { writers, pauseMs, firstId } = options;
	const all = Array.from({ length: writers }, (_, index) =>
		write({ open, book, firstId: firstId + index, step: writers, signal: stop.signal, pauseMs }),
	);
	await Promise.all(all);
	process.exit(0);
}

/** How one of them gets a session to the primary. */
function opening({ to, password, ca }: ClientOptions, signal: AbortSignal): () => Promise<Session> {
	const login = { user: "drill", password, ca };
	const at = (address: string) => openSession({ name: identity, address, port: 3306, identity }, login, connectMs);
	if (typeof to === "string") return () => at(to);
	if ("length" in to) {
		const asker = new Asker(to, at);
		return async () => at(await asker.writable());
	}
	let address: string | null = null;
	void watchEndpoint(to, signal, (found) => {
		address = found;
	});
	return () => (address === null ? Promise.reject(new Error("mysql-primary points nowhere")) : at(address));
}

/** Written before the next statement leaves the process. */
function bookIn(file: string): Book {
	const opened = openSync(file, "a");
	process.once("exit", () => closeSync(opened));
	return {
		ids: [],
		times: [],
		unknownIds: [],
		refused: 0,
		instance: null,
		acknowledge: (id, instance) => void writeSync(opened, `${id},${now().toFixed(1)},${instance}\n`),
		unknown: () => {},
		refuse: () => {},
	};
}

await main(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as ClientOptions);
