/** mysqldump of everything that is the users', at one position. */
import { createReadStream } from "node:fs";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { FailedError } from "../exit.ts";
import { formatGtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import { clientOptions } from "./clientOptions.ts";
import { donorSession } from "./donorAccess.ts";
import type { BackupWork } from "./work.ts";

/** MySQL's own; what is in them is part of a server, not of the data. */
const own = ["information_schema", "mysql", "performance_schema", "sys"];

const askMs = 60_000;

/**
 * - one snapshot of all tables, with the GTID set that belongs to it: for an instant mysqldump holds every table's lock
 *   (FLUSH TABLES WITH READ LOCK; MySQL manual, "mysqldump", --single-transaction)
 * - schemas in the order of their names, so that two dumps can be compared
 * - no tablespaces: restored by the server's defaults
 */
const options = [
	"--single-transaction",
	"--set-gtid-purged=ON",
	"--routines",
	"--triggers",
	"--events",
	"--hex-blob",
	"--no-tablespaces",
	"--default-character-set=utf8mb4",
];

export interface Dump {
	/** What its data are of. */
	readonly gtidExecuted: string;
	readonly schemas: readonly string[];
	readonly bytes: number;
}

/** @param file gets the dump */
export async function dump(work: BackupWork, file: string): Promise<Dump> {
	const { access, donor, folder, signal } = work;
	const schemas = await userSchemas(work);
	if (schemas.length === 0) throw new FailedError("there is no schema that could be dumped");
	const cnf = join(folder, "dump.cnf");
	const { host, adminPort: port } = access.reach(donor.instance);
	const login = { host, port, user: "backup", password: access.passwords.backup, caFile: access.caFile };
	await writeFile(file, "", { mode: 0o600 });
	try {
		await writeFile(cnf, clientOptions(login), { mode: 0o600 });
		const args = [`--defaults-file=${cnf}`, ...options, "--databases", ...schemas];
		await execa("mysqldump", args, {
			stdin: "ignore",
			stdout: { file },
			cancelSignal: signal,
			maxBuffer: 2 ** 20,
		});
	} catch (error) {
		signal.throwIfAborted();
		throw new FailedError(`mysqldump of ${donor.instance}: ${(error as { stderr?: string }).stderr || error}`);
	} finally {
		await rm(cnf, { force: true });
	}
	return { gtidExecuted: await position(file), schemas, bytes: (await stat(file)).size };
}

async function userSchemas({ access, donor }: BackupWork): Promise<string[]> {
	const session = await donorSession(access, donor.instance, "backup");
	try {
		const [rows = []] = await session.run("SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA", askMs);
		const names = rows.map(({ name }) => String(name));
		return names.filter((name) => !own.includes(name)).sort();
	} finally {
		session.close();
	}
}

/**
 * The GTID set that a dump sets (`SET @@GLOBAL.GTID_PURGED=…'…';`, over several lines), which stands before its data.
 * @throws FailedError where there is none
 */
export async function position(file: string): Promise<string> {
	const input = createReadStream(file, { end: 16 * 2 ** 20 });
	let text = "";
	for await (const line of createInterface({ input })) {
		if (text === "" && !line.startsWith("SET @@GLOBAL.GTID_PURGED=")) continue;
		text += line;
		if (line.endsWith(";")) break;
	}
	input.destroy();
	const [, set] = /'\+'\*\/ '([^']*)';$/.exec(text) ?? [];
	if (set === undefined) throw new FailedError("the dump does not say its position");
	return formatGtidSet(parseGtidSet(set));
}
