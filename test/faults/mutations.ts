/**
 * The suite shows that it can fail: a runtime from which one safety is taken, and the row that must break without it,
 * for the reason that the safety is there for.
 */
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../../local/images/bundle.ts";
import type { Bench } from "./bench/bench.ts";
import { play } from "./play.ts";
import { rowsNamed } from "./rows/catalogue.ts";

export interface Mutation {
	readonly name: string;
	/** Which must break. */
	readonly row: string;
	readonly file: string;
	/** In the file, once. */
	readonly from: string;
	readonly to: string;
	/** What must be said of it. */
	readonly shows: RegExp;
}

export const mutations: readonly Mutation[] = [
	{
		name: "the primary waits one second for an acknowledgement, then commits alone",
		row: "5a",
		file: "runtime/instance/myCnf.ts",
		from: "rpl_semi_sync_source_timeout = 4294967295",
		to: "rpl_semi_sync_source_timeout = 1000",
		shows: /acknowledged writes|after its fence/,
	},
	{
		name: "acknowledgements are not revoked",
		row: "5b",
		file: "runtime/mysql/instance.ts",
		from: 'stopReceiver: async (ms) => void (await run("STOP REPLICA IO_THREAD", ms)),',
		to: "stopReceiver: async () => {},",
		shows: /acknowledged writes|after its fence/,
	},
	{
		name: "the relay log is thrown away at a restart",
		row: "16a",
		file: "runtime/instance/myCnf.ts",
		from: "\nrelay_log_recovery = OFF",
		to: "\nrelay_log_recovery = ON",
		shows: /acknowledged writes|which lacks/,
	},
	{
		name: "no quorum is asked for",
		row: "8",
		file: "runtime/failover/choose.ts",
		from: "if (missing.includes(record.primary) && missingReplicas.length > 0)",
		to: "if (missingReplicas.length > members.length)",
		shows: /acknowledged writes/,
	},
	{
		name: "an instance boots open",
		row: "1",
		file: "runtime/instance/myCnf.ts",
		from: "super_read_only = ON\nskip_replica_start = ON",
		to: "super_read_only = OFF\nskip_replica_start = ON",
		shows: /took writes without asking/,
	},
];

export interface MutationReport {
	readonly name: string;
	readonly row: string;
	readonly caught: boolean;
	readonly reasons: readonly string[];
}

/** Runs the mutation's row on a new database with the mutated runtime, and leaves that in place. */
export async function tryMutation(bench: Bench, mutation: Mutation): Promise<MutationReport> {
	const { name, shows } = mutation;
	// Into the same file: it is mounted where the programs run.
	await writeFile(bench.roots.bundle, await mutant(mutation));
	await bench.anew();
	const [row] = rowsNamed([mutation.row]);
	if (row === undefined) throw new Error(`there is no row ${mutation.row}`);
	const { reasons } = await play(bench, row, 0);
	return { name, row: row.row, caught: reasons.some((reason) => shows.test(reason)), reasons };
}

/** @throws Error when the file does not have exactly one place for it: then the mutation is out of date. */
export function mutated(text: string, { name, from, to }: Mutation): string {
	const places = text.split(from).length - 1;
	if (places !== 1) throw new Error(`"${name}" has ${places} places`);
	return text.replace(from, () => to);
}

const root = join(import.meta.dirname, "..", "..");
/** Inside the checkout, so that the dependencies are found. */
const copy = join(root, ".state", "faults", "mutant");

/** The bundle of a mutated copy of the sources. */
async function mutant(mutation: Mutation): Promise<string> {
	await rm(copy, { recursive: true, force: true });
	await mkdir(copy, { recursive: true });
	try {
		for (const room of ["runtime", "runbooks", "objectives"]) {
			await cp(join(root, room), join(copy, room), { recursive: true });
		}
		const file = join(copy, mutation.file);
		await writeFile(file, mutated(await readFile(file, "utf8"), mutation));
		const made = join(copy, "mysql-dr.mjs");
		await bundle(made, join(copy, "runtime", "main.ts"));
		return await readFile(made, "utf8");
	} finally {
		await rm(copy, { recursive: true, force: true });
	}
}

export const mutationLine = ({ name, row, caught, reasons }: MutationReport): string =>
	[`${caught ? "caught" : "MISSED"}  ${row.padEnd(4)} ${name}`, ...reasons.map((reason) => `        ${reason}`)].join(
		"\n",
	);
