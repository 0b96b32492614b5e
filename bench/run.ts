/**
 * Measured beside peers, in one run on one machine: `npm run bench -- <name> [--json] […]`. Figures depend on the machine;
 * the ratios are what counts. Needs the programs of the runtime image in the PATH, or in the folder that MYSQL_DR_MYSQLD_PATH names.
 */
import { delimiter } from "node:path";
import { parseArgs } from "node:util";
import { machine } from "./machine.ts";
import { benchRestore, restoreLines } from "./restore.ts";

const usage = `npm run bench -- restore [--gigabytes 4] [--transactions 60000] [--folder /tmp] [--json]
  --gigabytes N     size of the data set: half of it rows of sysbench, half texts (4)
  --transactions N  what the archive holds after the backup (15,000 a gigabyte)
  --folder PATH     where the data go; five times their size (the system's temporary folder)
  --json            one document on standard output`;

const options = {
	gigabytes: { type: "string", default: "4" },
	transactions: { type: "string" },
	folder: { type: "string" },
	json: { type: "boolean", default: false },
	help: { type: "boolean", default: false },
} as const;

const note = (text: string) => process.stderr.write(`${text}\n`);

async function main(argv: readonly string[]): Promise<number> {
	const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
	if (values.help || positionals.length !== 1 || positionals[0] !== "restore") {
		note(usage);
		return values.help ? 0 : 2;
	}
	const gigabytes = positive("--gigabytes", values.gigabytes);
	const transactions = Math.round(positive("--transactions", values.transactions ?? String(15_000 * gigabytes)));
	const lent = process.env.MYSQL_DR_MYSQLD_PATH;
	process.env.PATH = [lent, process.env.PATH, "/usr/sbin"].filter(Boolean).join(delimiter);
	const result = await benchRestore({ gigabytes, transactions, folder: values.folder, note });
	const document = { name: "restore", ...(await machine()), ...result };
	process.stdout.write(
		values.json ? `${JSON.stringify(document, null, "\t")}\n` : `${restoreLines(result).join("\n")}\n`,
	);
	return 0;
}

function positive(option: string, text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new Error(`${option}: ${text} is no number above 0`);
}

process.exitCode = await main(process.argv.slice(2));
