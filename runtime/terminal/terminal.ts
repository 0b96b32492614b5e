/**
 * The only door to the terminal. Results go to standard output, everything said on the way to standard error.
 * Colours and lines that change in place are for terminals alone: a pipe or a log gets plain lines.
 */
import { createInterface } from "node:readline/promises";
import { type Paint, painter } from "./paint.ts";

/** What a command has to say things with. */
export interface Terminal {
	/** Colours for standard output; plain text where nobody would see them. */
	readonly paint: Paint;
	/** Whether standard output is a terminal, so that a person and no program reads it. */
	readonly interactive: boolean;
	/** Columns of standard output; 80 where it is none. */
	readonly columns: number;
	/** One line of the result. */
	print(line: string): void;
	/** One line on the way to it. */
	note(line: string): void;
	/** What is going on right now: replaced by the next call, gone at the next note; nothing where lines cannot be replaced. */
	live(line: string): void;
	/** Asks a yes-or-no question; no is the default. @returns null where nobody can answer. */
	confirm(question: string): Promise<boolean | null>;
}

/** The parts of a stream that the terminal uses. */
export interface Stream {
	readonly isTTY?: boolean | undefined;
	readonly columns?: number | undefined;
	write(text: string): unknown;
}

export interface Streams {
	readonly out: Stream;
	readonly err: Stream;
	/** Standard input, where it is a terminal. */
	readonly input: NodeJS.ReadStream | null;
	/** NO_COLOR and TERM are read. */
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
	const { stdout: out, stderr: err, stdin, env } = process;
	// Whoever reads may stop reading (`| head`): that is no fault.
	out.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
		process.exit(0);
	});
	return createTerminal({ out, err, input: stdin.isTTY ? stdin : null, env });
}

export function createTerminal({ out, err, input, env }: Streams): Terminal {
	const capable = (stream: Stream) => stream.isTTY === true && env.TERM !== "dumb";
	const colourful = capable(out) && (env.NO_COLOR ?? "") === "";
	let shown = false;
	const clear = () => {
		if (shown) err.write("\r\x1b[K");
		shown = false;
	};
	const note = (line: string) => {
		clear();
		err.write(`${line}\n`);
	};
	return {
		paint: painter(colourful),
		interactive: out.isTTY === true,
		columns: out.columns || 80,
		print(line) {
			clear();
			out.write(`${line}\n`);
		},
		note,
		live(line) {
			if (!capable(err)) return;
			err.write(`\r\x1b[K${line.slice(0, (err.columns || 80) - 1)}`);
			shown = true;
		},
		async confirm(question) {
			clear();
			if (input === null) return null;
			return ask(question, input, err as NodeJS.WriteStream);
		},
	};
}

async function ask(question: string, input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<boolean> {
	const lines = createInterface({ input, output });
	try {
		return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
	} finally {
		lines.close();
	}
}
