/**
 * The suite shows that it can fail: a bundle from which one safety is taken, and the row that must break without it,
 * for the reason that the safety is there for.
 */
import { readFile, writeFile } from "node:fs/promises";
import type { Bench } from "./bench/bench.ts";
import { play } from "./play.ts";
import { rowsNamed } from "./rows/catalogue.ts";

export interface Mutation {
	readonly name: string;
	/** Which must break. */
	readonly row: string;
	/** In the bundle, once. */
	readonly from: RegExp;
	readonly to: string;
	/** What must be said of it. */
	readonly shows: RegExp;
}

export const mutations: readonly Mutation[] = [
	{
		name: "the primary waits one second for an acknowledgement, then commits alone",
		row: "5a",
		from: /rpl_semi_sync_source_timeout = 4294967295/,
		to: "rpl_semi_sync_source_timeout = 1000",
		shows: /acknowledged writes|after its fence/,
	},
	{
		name: "acknowledgements are not revoked",
		row: "5b",
		from: /(stopReceiver: async \(ms\) => ).*/,
		to: "$1{},",
		shows: /acknowledged writes|after its fence/,
	},
	{
		name: "the relay log is thrown away at a restart",
		row: "16a",
		from: /relay_log_recovery = OFF/,
		to: "relay_log_recovery = ON",
		shows: /acknowledged writes|which lacks/,
	},
	{
		name: "no quorum is asked for",
		row: "8",
		from: /missing\.includes\(record\.primary\) && missingReplicas\.length > 0/,
		to: "false",
		shows: /acknowledged writes/,
	},
	{
		name: "an instance boots open",
		row: "1",
		from: /super_read_only = ON\nskip_replica_start = ON/,
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

/** Runs the mutation's row on a new database with the mutated bundle, and leaves that in place. */
export async function tryMutation(bench: Bench, bundle: string, mutation: Mutation): Promise<MutationReport> {
	const { name, shows } = mutation;
	// Into the same file: it is mounted where the programs run.
	await writeFile(bench.roots.bundle, mutated(bundle, mutation));
	await bench.anew();
	const [row] = rowsNamed([mutation.row]);
	if (row === undefined) throw new Error(`there is no row ${mutation.row}`);
	const { reasons } = await play(bench, row, 0);
	return { name, row: row.row, caught: reasons.some((reason) => shows.test(reason)), reasons };
}

/** @throws Error when the bundle does not have exactly one place for it: then the mutation is out of date. */
export function mutated(bundle: string, { name, from, to }: Mutation): string {
	const places = [...bundle.matchAll(new RegExp(from, `${from.flags}g`))].length;
	if (places !== 1) throw new Error(`"${name}" has ${places} places in the bundle`);
	return bundle.replace(from, to);
}

/** What the bench's programs run before any mutation. */
export const bundleOf = (bench: Bench): Promise<string> => readFile(bench.roots.bundle, "utf8");

export const mutationLine = ({ name, row, caught, reasons }: MutationReport): string =>
	[`${caught ? "caught" : "MISSED"}  ${row.padEnd(4)} ${name}`, ...reasons.map((reason) => `        ${reason}`)].join(
		"\n",
	);
