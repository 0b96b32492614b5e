/** What the ledger is told by its pod. */
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";

export interface LedgerOptions {
	/** Names that are dialled and that certificates must carry. */
	readonly primary: string;
	readonly instances: readonly string[];
	/** The address to dial for a name. */
	readonly dial: (host: string) => Promise<string>;
	readonly port: number;
	readonly password: string;
	/** PEM text. */
	readonly ca: string;
	/** Where the book is kept. */
	readonly folder: string;
	/** Its appearing ends the writing. */
	readonly stopFile: string;
	readonly writers: number;
	/** Rest of each writer between two writes. */
	readonly pauseMs: number;
	readonly connectMs: number;
	/** How long the first connection may take. */
	readonly prepareMs: number;
	/** How long replicas may need to have everything. */
	readonly replicaMs: number;
}

/** Where the drill's pod mounts what the ledger reads and writes. */
export const ledgerPaths = {
	folder: "/ledger",
	stop: "/ledger/stop",
	password: "/etc/mysql-dr/drill/password",
	tls: "/etc/mysql-dr/tls",
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** LEDGER_DOMAIN is `<namespace>.svc.<cluster domain>`; LEDGER_INSTANCES how many there are. */
export function ledgerOptions(env: Environment): LedgerOptions {
	const domain = required(env, "LEDGER_DOMAIN");
	const members = Number(required(env, "LEDGER_INSTANCES"));
	return {
		primary: `mysql-primary.${domain}`,
		instances: Array.from({ length: members }, (_, ordinal) => `mysql-${ordinal}.mysql.${domain}`),
		dial: dialler(lookupAddress),
		port: 3306,
		password: readFileSync(ledgerPaths.password, "utf8").replace(/\n$/, ""),
		ca: readFileSync(`${ledgerPaths.tls}/ca.crt`, "utf8"),
		folder: ledgerPaths.folder,
		stopFile: ledgerPaths.stop,
		writers: Number(env.LEDGER_WRITERS ?? 8),
		pauseMs: 10,
		connectMs: 1_000,
		prepareMs: 45_000,
		replicaMs: 30_000,
	};
}

function required(env: Environment, name: string): string {
	const value = env[name];
	if (value === undefined || value === "") throw new Error(`${name} is not set; this command runs in a drill's pod`);
	return value;
}

/**
 * The primary's Service keeps its address for life: it is looked up once, so that no outage is made longer by DNS.
 * Instances get new addresses with every new pod.
 */
export function dialler(find: (host: string) => Promise<string>): (host: string) => Promise<string> {
	const kept = new Map<string, string>();
	return async (host) => {
		const known = kept.get(host);
		if (known !== undefined) return known;
		const address = await find(host);
		if (host.startsWith("mysql-primary")) kept.set(host, address);
		return address;
	};
}

/** The dot at the end says that the name is whole: the resolver need not try it in each search domain first. */
async function lookupAddress(host: string): Promise<string> {
	return (await lookup(`${host}.`)).address;
}
