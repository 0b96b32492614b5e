/**
 * The workload's process, in a network namespace of its own: several clients that write all the time through
 * `mysql-primary`. New connections go where the EndpointSlice points, as kube-proxy would send them; what it
 * said last stays true while the API is away. Or all to one instance, whatever anybody says, for clients that stand
 * beside it. Started with the path of its options; ends with SIGTERM.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { type Book, now } from "../../../runtime/drill/book.ts";
import { write } from "../../../runtime/drill/writer.ts";
import { openSession } from "../../../runtime/mysql/session.ts";
import { type Slice, watchEndpoint } from "./endpointWatch.ts";

export interface ClientOptions {
	/** Each line: id, time (ms since 1970), who acknowledged. */
	readonly acknowledged: string;
	readonly writers: number;
	readonly pauseMs: number;
	readonly password: string;
	/** PEM text of the instances' authority. */
	readonly ca: string;
	/** Where they connect to: an address, or who tells it. */
	readonly to: string | Slice;
	/** Ids begin here: no two runs of the clients use the same. */
	readonly firstId: number;
}

const connectMs = 1000;
const identity = "mysql-primary.mysql.svc.cluster.local";

async function main(options: ClientOptions): Promise<void> {
	const stop = new AbortController();
	process.once("SIGTERM", () => stop.abort());
	const { to } = options;
	let address: string | null = typeof to === "string" ? to : null;
	const looking =
		typeof to !== "string" &&
		watchEndpoint(to, stop.signal, (found) => {
			address = found;
		});
	const login = { user: "drill", password: options.password, ca: options.ca };
	const open = () => {
		if (address === null) return Promise.reject(new Error("mysql-primary points nowhere"));
		return openSession({ name: identity, address, port: 3306, identity }, login, connectMs);
	};
	const book = bookIn(options.acknowledged);
	const { writers, pauseMs, firstId } = options;
	const all = Array.from({ length: writers }, (_, index) =>
		write({ open, book, firstId: firstId + index, step: writers, signal: stop.signal, pauseMs }),
	);
	await Promise.all([...all, looking]);
	process.exit(0);
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
