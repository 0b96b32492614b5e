/** Calls restic. Keys and passwords go by its environment alone. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { FailedError } from "../exit.ts";
import type { RepositoryAccess, ResticContext } from "./repository.ts";

/** Exit codes of restic that mean something to us (restic manual, "Exit codes"). */
export const resticExits = { done: 0, noRepository: 10, locked: 11, wrongPassword: 12 } as const;

/** restic did not do what it was asked for. */
export class ResticError extends FailedError {
	readonly code: number | null;

	constructor(store: string, command: string, code: number | null, said: string) {
		const why =
			code === resticExits.wrongPassword ? "the backup key does not open this repository" : said || `exit code ${code}`;
		super(`store ${store}: restic ${command}: ${why}`);
		this.code = code;
	}
}

export interface ResticCall {
	/** Begins with the command. */
	readonly args: readonly string[];
	readonly folder?: string;
	/** Besides what the repository needs; may hold secrets. */
	readonly env?: Readonly<Record<string, string>>;
	/** One line of its standard output, as it comes; then it is not kept. */
	readonly onLine?: (line: string) => void;
}

/**
 * How often a command that needs the repository for itself asks again. A lock of a process that died is stale, and
 * removed by `unlock`, half an hour after it was last renewed (restic manual, "Repository locks").
 */
const lockPatience = "35m";

/** @returns its standard output @throws ResticError */
export async function restic(access: RepositoryAccess, context: ResticContext, call: ResticCall): Promise<string> {
	context.signal?.throwIfAborted();
	const [cache, temporary] = [join(context.folder, "restic-cache"), join(context.folder, "restic-tmp")];
	await mkdir(temporary, { recursive: true, mode: 0o700 });
	const own = ["--cache-dir", cache, "--retry-lock", lockPatience, ...(access.options ?? [])];
	const running = execa("restic", [...own, ...call.args], {
		cwd: call.folder ?? context.folder,
		env: {
			...access.environment,
			RESTIC_REPOSITORY: access.repository,
			RESTIC_PASSWORD: context.keys.key,
			TMPDIR: temporary,
			...call.env,
		},
		stdin: "ignore",
		reject: false,
		buffer: { stdout: call.onLine === undefined },
		maxBuffer: 256 * 2 ** 20,
		// It removes its lock when it is told to end.
		killSignal: "SIGINT",
		forceKillAfterDelay: 10_000,
		...(context.signal === undefined ? {} : { cancelSignal: context.signal }),
	});
	if (call.onLine !== undefined) for await (const line of running) call.onLine(line);
	const { exitCode, stdout, stderr, originalMessage } = await running;
	context.signal?.throwIfAborted();
	if (exitCode === resticExits.done) return stdout ?? "";
	throw new ResticError(access.name, call.args[0] ?? "", exitCode ?? null, reason(stderr) || (originalMessage ?? ""));
}

/** With --json restic says what went wrong in JSON too. */
function reason(stderr: string): string {
	const lines = stderr.trim().split("\n");
	const said = lines.map((line) => message(line)).filter((line) => line !== "");
	return said.slice(-3).join(" ");
}

function message(line: string): string {
	if (!line.startsWith("{")) return line.trim();
	try {
		const parsed = JSON.parse(line) as { message?: string; error?: { message?: string } };
		return parsed.error?.message ?? parsed.message ?? "";
	} catch {
		return line;
	}
}
