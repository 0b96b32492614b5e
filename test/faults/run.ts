/**
 * The fault catalogue on real mysqld processes: `node test/faults/run.ts [row…] [--rounds N] [--lanes N] [--json]`.
 * Ends with 0 when every row held (or every mutation was caught), 1 when one broke, 2 on bad input, 130 when interrupted. Needs root and the local
 * site's tools; leaves nothing behind but the logs of broken rows in .state/faults.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createProgress, silent } from "../../local/step.ts";
import { interruption, listenForInterruption } from "../../local/tools/interruption.ts";
import { lanes as mostLanes } from "./bench/addresses.ts";
import { ensureRoots } from "./bench/roots.ts";
import { Lane } from "./lane.ts";
import { sweep } from "./laneClaim.ts";
import type { LaneOptions } from "./laneMessages.ts";
import { type Played, playOnLanes } from "./lanes.ts";
import { type MutationReport, mutationLine, mutations } from "./mutations.ts";
import type { Run } from "./play.ts";
import { inTurn, tasksOf } from "./queue.ts";
import { heading, lineOf, reportOf } from "./report.ts";
import { catalogue, rowsNamed } from "./rows/catalogue.ts";

const options = {
	rounds: { type: "string", default: "1" },
	"first-round": { type: "string", default: "1" },
	"in-turn": { type: "boolean", default: false },
	lanes: { type: "string", default: "1" },
	log: { type: "string" },
	json: { type: "boolean", default: false },
	list: { type: "boolean", default: false },
	keep: { type: "boolean", default: false },
	bundle: { type: "string" },
	mutations: { type: "boolean", default: false },
	help: { type: "boolean", default: false },
} as const;

const usage = `node test/faults/run.ts [row…] [--rounds N] [--in-turn] [--lanes N] [--log FILE] [--json] [--list] [--keep] [--bundle FILE]
  --rounds N       each row that many times (1), all rows once before any is played again
  --first-round N  begin with that round (1): some rows take another moment each round
  --in-turn        of rows with variants (15a, 15b, 15c) one a round, the next round the next
  --lanes N        that many benches at once (1)
  --log FILE       append each run to it as it ends, as a line of JSON
  --json           one document on standard output, all else on standard error
  --list           say which rows there are
  --keep           leave the benches' folders with their logs
  --bundle FILE    test this bundle of the runtime instead of the checkout's
  --mutations      take one safety away at a time: each must break its row`;

type Values = ReturnType<typeof parse>["values"];

const parse = (argv: readonly string[]) => parseArgs({ args: [...argv], options, allowPositionals: true });
const note = (text: string) => process.stderr.write(`${text}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);

async function main(argv: readonly string[]): Promise<number> {
	const { values, positionals } = parse(argv);
	if (values.help) return said(usage);
	if (values.list) return said(catalogue.map(({ row, title }) => `${row.padEnd(4)} ${title}`).join("\n"));
	const rows = [...new Set(rowsNamed(positionals).map(({ row }) => row))];
	const plan = values["in-turn"] ? inTurn : tasksOf;
	const tasks = plan(rows, count(values, "first-round") - 1, count(values, "rounds"));
	const lanes = count(values, "lanes", mostLanes);
	listenForInterruption();
	const work = (given: LaneOptions) =>
		values.mutations
			? tryMutations(values, given)
			: playAll(values, rows, { tasks, lanes, options: given, log: values.log });
	const held = await withRuntime(values, work);
	return interruption.aborted ? 130 : held ? 0 : 1;
}

function said(text: string): number {
	print(text);
	return 0;
}

function count(values: Values, name: "rounds" | "first-round" | "lanes", most = Number.MAX_SAFE_INTEGER): number {
	const number = Number(values[name]);
	if (Number.isInteger(number) && number >= 1 && number <= most) return number;
	throw new Error(`--${name} ${values[name]} is no count${most < Number.MAX_SAFE_INTEGER ? ` up to ${most}` : ""}`);
}

/** Every lane is given the same bundle, made once: what is changed while they run is not tested. */
async function withRuntime(values: Values, work: (options: LaneOptions) => Promise<boolean>): Promise<boolean> {
	const folder = await mkdtemp(join(tmpdir(), "mysql-dr-faults-"));
	try {
		const progress = process.stderr.isTTY ? createProgress() : silent;
		const { bundle } = await ensureRoots(folder, values.bundle, progress);
		await sweep();
		return await work({ bundle, keep: values.keep });
	} catch (error) {
		if (!interruption.aborted) throw error;
		return false;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

type Planned = Omit<Parameters<typeof playOnLanes>[0], "onBegin" | "onPlayed">;

async function playAll(values: Values, rows: readonly string[], plan: Planned): Promise<boolean> {
	const show = values.json ? note : print;
	const runs = new Map<string, Run[]>(rows.map((row) => [row, []]));
	const wanted = Map.groupBy(plan.tasks, ({ row }) => row);
	const onPlayed = ({ row, round, run }: Played) => {
		const sofar = runs.get(row) ?? [];
		// A row with several moments takes another one each round: which it was is part of what broke.
		sofar.push({ ...run, reasons: run.reasons.map((reason) => `round ${round + 1}: ${reason}`) });
		if (sofar.length === wanted.get(row)?.length) show(lineOf(report(row, sofar)));
		else if (run.reasons.length > 0) note(`row ${row}, round ${round + 1}: ${run.reasons.join("; ")}`);
	};
	show(heading);
	try {
		await playOnLanes({ ...plan, onPlayed, onBegin: keeping(values) });
	} finally {
		const reports = [...runs].filter(([, each]) => each.length > 0).map(([row, each]) => report(row, each));
		if (values.json) print(JSON.stringify({ rows: reports }, null, 2));
	}
	return [...runs.values()].flat().every(({ reasons }) => reasons.length === 0);
}

const keeping = (values: Values) => (lane: Lane) => {
	if (values.keep) note(`logs: ${lane.folder}/log`);
};

function report(name: string, runs: readonly Run[]) {
	const [row] = rowsNamed([name]);
	if (row === undefined) throw new Error(`there is no row ${name}`);
	return reportOf(row, runs);
}

async function tryMutations(values: Values, options: LaneOptions): Promise<boolean> {
	const reports: MutationReport[] = [];
	const lane = await Lane.begin(options);
	keeping(values)(lane);
	try {
		for (const { name } of mutations) {
			interruption.throwIfAborted();
			const word = await lane.carryOut({ do: "mutate", name });
			if (word.says !== "mutated") continue;
			reports.push(word.report);
			(values.json ? note : print)(mutationLine(word.report));
		}
	} finally {
		await lane.end();
	}
	if (values.json) print(JSON.stringify({ mutations: reports }, null, 2));
	return reports.every(({ caught }) => caught);
}

main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error: Error) => {
		note(error.stack ?? error.message);
		process.exit(interruption.aborted ? 130 : 2);
	},
);
