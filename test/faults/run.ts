/**
 * The fault catalogue on real mysqld processes: `node test/faults/run.ts [row…] [--rounds N] [--json] [--bundle FILE]`.
 * Ends with 0 when every row held (or every mutation was caught), 1 when one broke, 2 on bad input, 130 when interrupted. Needs root and the local
 * site's tools; leaves nothing behind but the logs of broken rows in .state/faults.
 */
import { parseArgs } from "node:util";
import { createProgress, silent } from "../../local/step.ts";
import { interruption, listenForInterruption } from "../../local/tools/interruption.ts";
import { Bench } from "./bench/bench.ts";
import { type MutationReport, mutationLine, mutations, tryMutation } from "./mutations.ts";
import { play, type Run } from "./play.ts";
import { heading, lineOf, type RowReport, reportOf } from "./report.ts";
import { catalogue, rowsNamed } from "./rows/catalogue.ts";
import type { Row } from "./rows/row.ts";

const options = {
	rounds: { type: "string", default: "1" },
	json: { type: "boolean", default: false },
	list: { type: "boolean", default: false },
	keep: { type: "boolean", default: false },
	bundle: { type: "string" },
	mutations: { type: "boolean", default: false },
	help: { type: "boolean", default: false },
} as const;

const usage = `node test/faults/run.ts [row…] [--rounds N] [--json] [--list] [--keep] [--bundle FILE]
  --rounds N     each row that many times (1)
  --json         one document on standard output, all else on standard error
  --list         say which rows there are
  --keep         leave the bench's folder with its logs
  --bundle FILE  test this bundle of the runtime instead of the checkout's
  --mutations    take one safety away at a time: each must break its row`;

type Values = ReturnType<typeof parse>["values"];

const parse = (argv: readonly string[]) => parseArgs({ args: [...argv], options, allowPositionals: true });
const note = (text: string) => process.stderr.write(`${text}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);

async function main(argv: readonly string[]): Promise<number> {
	const { values, positionals } = parse(argv);
	if (values.help) return said(usage);
	if (values.list) return said(catalogue.map(({ row, title }) => `${row.padEnd(4)} ${title}`).join("\n"));
	const rows = rowsNamed(positionals);
	const rounds = Number(values.rounds);
	if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds} is no count`);
	listenForInterruption();
	if (values.mutations) return showsThatItCanFail(values);
	const reports: RowReport[] = [];
	await onBench(values, (bench) => playAll(bench, rows, rounds, values, reports));
	if (values.json) print(JSON.stringify({ rows: reports }, null, 2));
	if (interruption.aborted) return 130;
	return reports.every(({ verdict }) => verdict === "held") ? 0 : 1;
}

function said(text: string): number {
	print(text);
	return 0;
}

async function playAll(bench: Bench, rows: readonly Row[], rounds: number, values: Values, reports: RowReport[]) {
	const show = values.json ? note : print;
	show(heading);
	for (const row of rows) {
		const report = reportOf(row, await repeat(bench, row, rounds));
		reports.push(report);
		show(lineOf(report));
	}
}

async function showsThatItCanFail(values: Values): Promise<number> {
	const reports: MutationReport[] = [];
	await onBench(values, async (bench) => {
		for (const mutation of mutations) {
			interruption.throwIfAborted();
			const report = await tryMutation(bench, mutation);
			interruption.throwIfAborted();
			reports.push(report);
			(values.json ? note : print)(mutationLine(report));
		}
	});
	if (values.json) print(JSON.stringify({ mutations: reports }, null, 2));
	if (interruption.aborted) return 130;
	return reports.every(({ caught }) => caught) ? 0 : 1;
}

async function onBench(values: Values, work: (bench: Bench) => Promise<void>): Promise<void> {
	let bench: Bench | null = null;
	try {
		bench = await Bench.up(values.bundle, process.stderr.isTTY ? createProgress() : silent);
		if (values.keep) note(`logs: ${bench.folder}/log`);
		await work(bench);
	} catch (error) {
		if (!interruption.aborted) throw error;
	} finally {
		await bench?.down(values.keep);
	}
}

async function repeat(bench: Bench, row: Row, rounds: number): Promise<Run[]> {
	const runs: Run[] = [];
	for (let round = 0; round < rounds; round += 1) {
		interruption.throwIfAborted();
		const run = await play(bench, row, round);
		interruption.throwIfAborted();
		// A row with several moments takes another one each round: which it was is part of what broke.
		runs.push({ ...run, reasons: run.reasons.map((reason) => `round ${round + 1}: ${reason}`) });
		if (run.reasons.length > 0) await bench.anew();
	}
	return runs;
}

main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error: Error) => {
		note(error.stack ?? error.message);
		process.exit(interruption.aborted ? 130 : 2);
	},
);
