/**
 * Runs a command to its end. The child has a process group of its own, so that Ctrl-C reaches it once, from us, and takes its own
 * children along.
 */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { throwIfInterrupted, whenSignalled } from "./interruption.ts";

export interface RunOptions {
	readonly cwd?: string;
	/** Added to this process's environment; undefined takes a variable away. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly input?: string;
	/** Every line of both outputs, as it comes. */
	readonly onLine?: (line: string) => void;
	/** "inherit": the child writes to our own outputs (and is the only one that does). Default "capture". */
	readonly output?: "capture" | "inherit";
	/** Runs also after the user asked to stop: it puts away what would be left behind. A second Ctrl-C stops it. */
	readonly lastWork?: boolean;
	/** Exit codes that are not a failure. Default: 0. */
	readonly accept?: readonly number[];
}

export interface RunResult {
	readonly code: number;
	/** Standard output; empty with `output: "inherit"`. */
	readonly stdout: string;
	readonly stderr: string;
}

/** A command that ended badly: its last lines are in the message, since they usually say why. */
export class CommandError extends Error {
	readonly code: number;
	constructor(command: string, code: number, lines: readonly string[]) {
		super([`${command} ended with exit code ${code}`, ...lines.slice(-20).map((line) => `    ${line}`)].join("\n"));
		this.name = "CommandError";
		this.code = code;
	}
}

/** How long a child may take to end after it was asked to; milliseconds. */
const patience = 20_000;

export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
	if (!options.lastWork) throwIfInterrupted();
	const child = spawn(command, args, {
		...(options.cwd === undefined ? {} : { cwd: options.cwd }),
		env: environment(options.env),
		stdio: channels(options),
		detached: true,
	});
	const release = keepInHand(child);
	try {
		const outputs = collect(child, options);
		feed(child, options.input);
		const code = await ended(child, command);
		const { stdout, stderr, last } = await outputs;
		if (!options.lastWork) throwIfInterrupted();
		if (!(options.accept ?? [0]).includes(code))
			throw new CommandError(`${command} ${args[0] ?? ""}`.trim(), code, last);
		return { code, stdout, stderr };
	} finally {
		release();
	}
}

function environment(changes: RunOptions["env"] = {}): NodeJS.ProcessEnv {
	const env = { ...process.env, ...changes };
	for (const name of Object.keys(env)) if (env[name] === undefined) delete env[name];
	return env;
}

function channels(options: RunOptions): StdioOptions {
	return options.output === "inherit"
		? ["ignore", "inherit", "inherit"]
		: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"];
}

function feed({ stdin }: ChildProcess, input = ""): void {
	// A command may end without reading what it is given; its exit code says what is to be known.
	stdin?.on("error", () => {});
	stdin?.end(input);
}

/** Passes signals on, and takes the child along if we end before it (another branch of the work has failed). */
function keepInHand(child: ChildProcess): () => void {
	let timer: NodeJS.Timeout | undefined;
	const kill = (): void => signalGroup(child, "SIGKILL");
	const stop = whenSignalled(() => {
		signalGroup(child, "SIGINT");
		timer ??= setTimeout(kill, patience);
	});
	process.on("exit", kill);
	return () => {
		stop();
		clearTimeout(timer);
		process.off("exit", kill);
	};
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	try {
		process.kill(-child.pid, signal);
	} catch {
		// It ended by itself in the meantime.
	}
}

function ended(child: ChildProcess, command: string): Promise<number> {
	return new Promise((resolve, reject) => {
		child.on("error", (error) => reject(new Error(`${command} could not be started`, { cause: error })));
		child.on("close", (code) => resolve(code ?? 128));
	});
}

interface Outputs {
	stdout: string;
	stderr: string;
	/** The last lines of both, in the order in which they came. */
	last: string[];
}

async function collect(child: ChildProcess, { onLine }: RunOptions): Promise<Outputs> {
	const outputs: Outputs = { stdout: "", stderr: "", last: [] };
	const read = async (name: "stdout" | "stderr"): Promise<void> => {
		const stream = child[name];
		if (!stream) return;
		for await (const line of createInterface({ input: stream })) {
			outputs[name] += `${line}\n`;
			if (line.trim() !== "") outputs.last = [...outputs.last.slice(-19), line];
			onLine?.(line);
		}
	};
	await Promise.all([read("stdout"), read("stderr")]);
	return outputs;
}
