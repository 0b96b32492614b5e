/**
 * Measured beside peers, in one run on one machine: `npm run bench -- <name> [--json] […]`. Figures depend on the machine;
 * the ratios are what counts. The programs of the runtime image are lent to it (local/commands/bench.ts), or are those of the folder
 * that MYSQL_DR_MYSQLD_PATH names.
 */
import { delimiter } from "node:path";
import { parseArgs } from "node:util";
import { archiveLagLines, benchArchiveLag } from "./archiveLag.ts";
import { benchFailovers, failoversLines } from "./failovers.ts";
import { benchIncremental, incrementalLines } from "./incremental.ts";
import { machine, type Program } from "./machine.ts";
import { benchPolicies, policiesLines } from "./policies.ts";
import { benchRestore, restoreLines } from "./restore.ts";
import { benchSwitchovers, switchoversLines } from "./switchovers.ts";
import { benchUnderBackup, underBackupLines } from "./underBackup.ts";

const usage = `npm run bench -- restore [--gigabytes 4] [--transactions 60000] [--buffer-pool 4] [--folder /tmp] [--json]
npm run bench -- incremental [--gigabytes 4] [--folder /tmp] [--json]
npm run bench -- archive [--gigabytes 4] [--seconds 120] [--flush 5] [--rate N] [--folder /tmp] [--json]
npm run bench -- backup [--gigabytes 4] [--seconds 120] [--rate N] [--folder /tmp] [--scratch /tmp] [--json]
npm run bench -- failovers [--runs 20] [--folder /tmp] [--json]
npm run bench -- switchovers [--runs 20] [--json]
npm run bench -- policies [--pairs 5] [--no-cases] [--json]
  --gigabytes N     size of the data set: half of it rows of sysbench, half texts (4)
  --transactions N  what the archive holds after the backup (6,500 a gigabyte: an hour that changes 1 % of the rows)
  --buffer-pool N   GiB of memory for the pages of each server that is compared (as large as the data set)
  --seconds N       how long is written; before a backup, and after it again (120)
  --flush N         the archiver's interval, seconds (5)
  --rate N          transactions a second (as many as there come)
  --folder PATH     where the data go; five times their size (the system's temporary folder)
  --scratch PATH    where the backup's volume and its store lie (where the data are)
  --runs N          failovers of the site that runs, each with a restore after it, or switchovers (20)
  --pairs N         previews with the policy pack, and as many without (5)
  --no-cases        without the policies' cases through the engine, which take minutes
  --json            one document on standard output`;

const options = {
	gigabytes: { type: "string", default: "4" },
	transactions: { type: "string" },
	"buffer-pool": { type: "string" },
	seconds: { type: "string", default: "120" },
	flush: { type: "string", default: "5" },
	rate: { type: "string" },
	folder: { type: "string" },
	scratch: { type: "string" },
	runs: { type: "string", default: "20" },
	pairs: { type: "string", default: "5" },
	"no-cases": { type: "boolean", default: false },
	json: { type: "boolean", default: false },
	help: { type: "boolean", default: false },
} as const;

/** A hundredth of the rows, four to a transaction: what an hour between two incremental backups may leave to be replayed. */
const hourly = 6500;

const note = (text: string) => process.stderr.write(`${text}\n`);

async function main(argv: readonly string[]): Promise<number> {
	const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
	const [name = ""] = positionals;
	if (values.help || positionals.length !== 1 || !isBench(name)) {
		note(usage);
		return values.help ? 0 : 2;
	}
	const gigabytes = positive("--gigabytes", values.gigabytes);
	const transactions = Math.round(positive("--transactions", values.transactions ?? String(hourly * gigabytes)));
	const [pairs, runs] = [Math.ceil(positive("--pairs", values.pairs)), Math.ceil(positive("--runs", values.runs))];
	const lent = process.env.MYSQL_DR_MYSQLD_PATH;
	process.env.PATH = [lent, process.env.PATH, "/usr/sbin"].filter(Boolean).join(delimiter);
	const common = {
		...{ gigabytes, transactions, pairs, runs, folder: values.folder, cases: !values["no-cases"], note },
		scratch: values.scratch,
		bufferPool: positive("--buffer-pool", values["buffer-pool"] ?? values.gigabytes),
		seconds: positive("--seconds", values.seconds),
		flushSeconds: positive("--flush", values.flush),
		rate: values.rate === undefined ? null : positive("--rate", values.rate),
	};
	const { result, lines } = await benches[name](common);
	const document = { name, ...(await machine(programs[name])), ...result };
	process.stdout.write(values.json ? `${JSON.stringify(document, null, "\t")}\n` : `${lines.join("\n")}\n`);
	return 0;
}

interface Choice {
	readonly gigabytes: number;
	readonly transactions: number;
	readonly bufferPool: number;
	readonly seconds: number;
	readonly flushSeconds: number;
	readonly rate: number | null;
	readonly pairs: number;
	readonly runs: number;
	readonly folder: string | undefined;
	readonly scratch: string | undefined;
	readonly cases: boolean;
	readonly note: (text: string) => void;
}

const benches = {
	async restore(choice: Choice) {
		const result = await benchRestore(choice);
		return { result, lines: restoreLines(result) };
	},
	async incremental(choice: Choice) {
		const result = await benchIncremental(choice);
		return { result, lines: incrementalLines(result) };
	},
	async archive(choice: Choice) {
		const result = await benchArchiveLag(choice);
		return { result, lines: archiveLagLines(result) };
	},
	async backup(choice: Choice) {
		const result = await benchUnderBackup(choice);
		return { result, lines: underBackupLines(result) };
	},
	async failovers(choice: Choice) {
		const result = await benchFailovers(choice);
		return { result, lines: failoversLines(result) };
	},
	async switchovers(choice: Choice) {
		const result = await benchSwitchovers(choice);
		return { result, lines: switchoversLines(result) };
	},
	async policies(choice: Choice) {
		const result = await benchPolicies(choice);
		return { result, lines: policiesLines(result) };
	},
};

type Bench = keyof typeof benches;

/** What each runs, whose versions are told. */
const programs: Readonly<Record<Bench, readonly Program[]>> = {
	restore: ["mysqld", "restic", "sysbench"],
	incremental: ["mysqld", "restic", "sysbench"],
	archive: ["mysqld", "sysbench"],
	backup: ["mysqld", "restic", "sysbench"],
	failovers: ["mysqld", "restic"],
	switchovers: [],
	policies: [],
};

function isBench(name: string): name is Bench {
	return Object.hasOwn(benches, name);
}

function positive(option: string, text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new Error(`${option}: ${text} is no number above 0`);
}

process.exitCode = await main(process.argv.slice(2));
