/** The load: mysqldump of the source, straight into the target's primary. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { FailedError } from "../exit.ts";
import type { Login, Target } from "../mysql/session.ts";
import { type Position, positionInDump } from "./position.ts";
import { optionFile, type SourceLink, sourceOptionFile } from "./sourceLink.ts";

export interface DumpOptions {
	readonly source: SourceLink;
	readonly target: Target;
	readonly login: Login;
	readonly schemas: readonly string[];
	readonly signal: AbortSignal;
	/** Called as the bytes go by, with their sum. */
	readonly onBytes: (bytes: number) => void;
}

/**
 * One snapshot of all schemas, with its place in the binary log. Schemas are made before, nothing is ever dropped, events
 * come later: here they would begin to run. mysqldump holds the source's global read lock for the moment in which it
 * opens its snapshot.
 */
const dumpArguments = [
	"--single-transaction",
	"--source-data=2",
	"--set-gtid-purged=OFF",
	"--quick",
	"--routines",
	"--triggers",
	"--skip-events",
	"--hex-blob",
	"--no-create-db",
	"--no-tablespaces",
	"--skip-add-drop-table",
	"--skip-add-locks",
	"--skip-disable-keys",
	"--default-character-set=utf8mb4",
	"--max-allowed-packet=1G",
];

/**
 * @returns where in the source's binary log the loaded state lies
 * @throws FailedError with what the programs said; part of the data may have been loaded then
 */
export async function pourDump(options: DumpOptions): Promise<Position> {
	const folder = await mkdtemp(join(tmpdir(), "import-"));
	const give = async (name: string, text: string) => {
		const path = join(folder, name);
		await writeFile(path, text, { mode: 0o600 });
		return path;
	};
	try {
		const sourceCa = await give("source-ca.crt", options.source.ca ?? "");
		const targetCa = await give("target-ca.crt", options.login.ca);
		const from = await give("source.cnf", sourceOptionFile(options.source, sourceCa));
		const to = await give("target.cnf", targetOptionFile(options, targetCa));
		return await pour(from, to, options);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** By address: the name in the certificate is not what is dialled everywhere. The authority is the database's own. */
function targetOptionFile({ target, login }: DumpOptions, caFile: string): string {
	return optionFile({
		host: target.address,
		port: String(target.port),
		user: login.user,
		password: login.password,
		"ssl-mode": "VERIFY_CA",
		"ssl-ca": caFile,
	});
}

async function pour(from: string, to: string, { schemas, signal, onBytes }: DumpOptions): Promise<Position> {
	const halt = new AbortController();
	const cancelSignal = AbortSignal.any([signal, halt.signal]);
	const common = { cancelSignal, buffer: { stdout: false } } as const;
	const dump = execa(
		"mysqldump",
		[`--defaults-extra-file=${from}`, ...dumpArguments, "--databases", ...schemas],
		common,
	);
	const load = execa(
		"mysql",
		[`--defaults-extra-file=${to}`, "--binary-mode", "--default-character-set=utf8mb4", "--max-allowed-packet=1G"],
		{ cancelSignal, stdout: "ignore" },
	);
	const watch = watcher(onBytes);
	const parts = [ended("mysqldump", dump), ended("mysql", load), pipeline(dump.stdout, watch.stream, load.stdin)];
	// One without the other is of no use; who failed first is the cause.
	const first = Promise.all(parts).catch((error: unknown) => {
		halt.abort();
		throw error;
	});
	const results = await Promise.allSettled([first, ...parts]);
	signal.throwIfAborted();
	const failures = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as Error);
	const said = failures.find((error) => error instanceof FailedError && !error.message.endsWith(wasEnded));
	if (failures[0] !== undefined) throw said ?? failures[0];
	const position = watch.position();
	if (position === null) throw new FailedError("mysqldump did not say where in the binary log its snapshot lies");
	return position;
}

const wasEnded = "was ended";

interface Ending {
	readonly stderr?: string | undefined;
	readonly isCanceled: boolean;
	readonly shortMessage: string;
}

async function ended(name: string, running: PromiseLike<unknown>): Promise<void> {
	try {
		await running;
	} catch (error) {
		const { stderr, isCanceled, shortMessage } = error as Ending;
		if (isCanceled) throw new FailedError(`${name} ${wasEnded}`);
		throw new FailedError(`${name}: ${stderr?.trim() || shortMessage.replace(/: \S*mysql.*/s, "")}`);
	}
}

/** The position is said in the comments at the beginning. */
const headBytes = 64 * 1024;

function watcher(onBytes: (bytes: number) => void) {
	let bytes = 0;
	let head = "";
	const stream = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			if (bytes < headBytes) head += chunk.toString("latin1");
			bytes += chunk.length;
			onBytes(bytes);
			done(null, chunk);
		},
	});
	return { stream, position: () => positionInDump(head) };
}
