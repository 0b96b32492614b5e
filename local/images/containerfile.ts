/** The part of the Containerfile language that this project uses, read into data. Anything else is refused, never skipped. */
import { UserError } from "../../objectives/error.ts";

export type Instruction =
	| { readonly kind: "run"; readonly command: string }
	| {
			readonly kind: "copy";
			readonly sources: readonly string[];
			readonly target: string;
			readonly mode: string;
	  };

/** What a container of the image is started with. */
export interface ImageConfig {
	readonly env: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
	readonly user: string;
	readonly workingDir: string;
	readonly entrypoint: readonly string[];
}

export interface Containerfile {
	readonly from: string;
	/** Arguments with their defaults or what was given instead; RUN sees them in its environment. */
	readonly args: Readonly<Record<string, string>>;
	readonly instructions: readonly Instruction[];
	readonly config: ImageConfig;
}

interface State {
	from?: string;
	args: Record<string, string>;
	instructions: Instruction[];
	env: Record<string, string>;
	labels: Record<string, string>;
	user: string;
	workingDir: string;
	entrypoint: string[];
}

interface Line {
	readonly number: number;
	readonly keyword: string;
	readonly rest: string;
}

/** `given` replaces the defaults of ARG lines of these names. */
export function parseContainerfile(text: string, given: Readonly<Record<string, string>> = {}): Containerfile {
	const state: State = {
		args: {},
		instructions: [],
		env: {},
		labels: {},
		user: "",
		workingDir: "/",
		entrypoint: [],
	};
	for (const line of logicalLines(text)) {
		const read = readers[line.keyword];
		if (!read) throw fault(line, `${line.keyword} is not known here`, `use ${Object.keys(readers).join(", ")}`);
		if (state.from === undefined && !["FROM", "ARG"].includes(line.keyword))
			throw fault(line, "nothing comes before FROM", "move it");
		read(state, line, given);
	}
	const { from, args, instructions, ...config } = state;
	if (from === undefined) throw fault({ number: 1, keyword: "FROM", rest: "" }, "FROM is missing", "begin with it");
	return { from, args, instructions, config };
}

type Reader = (state: State, line: Line, given: Readonly<Record<string, string>>) => void;

const readers: Readonly<Record<string, Reader>> = {
	FROM: (state, line) => {
		if (state.from !== undefined) throw fault(line, "a second FROM", "use one stage");
		state.from = expand(line.rest, state);
	},
	ARG: (state, line, given) => {
		const [, name, value] = /^(\w+)(?:=(.*))?$/.exec(line.rest) ?? [];
		if (!name) throw fault(line, "an ARG without a name", "write ARG NAME=default");
		state.args[name] = given[name] ?? expand(unquoted(value ?? ""), state);
	},
	ENV: (state, line) => void Object.assign(state.env, pairs(line, state)),
	LABEL: (state, line) => void Object.assign(state.labels, pairs(line, state)),
	RUN: (state, line) => {
		if (/^(--|\[|<<)/.test(line.rest))
			throw fault(line, "RUN with options, a list or a here-document", "write a shell command");
		state.instructions.push({ kind: "run", command: line.rest });
	},
	COPY: (state, line) => void state.instructions.push(copy(line, state)),
	WORKDIR: (state, line) => {
		state.workingDir = expand(line.rest, state);
	},
	USER: (state, line) => {
		state.user = expand(line.rest, state);
	},
	ENTRYPOINT: (state, line) => {
		state.entrypoint = list(line);
	},
};

/** Comments left out, continued lines joined; the number is that of the first line. */
function logicalLines(text: string): Line[] {
	const lines: Line[] = [];
	let open = "";
	let start = 0;
	text.split("\n").forEach((raw, index) => {
		if (/^\s*(#|$)/.test(raw)) return;
		if (open === "") start = index + 1;
		if (raw.endsWith("\\")) {
			open += `${raw.slice(0, -1)}\n`;
			return;
		}
		lines.push(logicalLine(start, open + raw));
		open = "";
	});
	if (open !== "") throw fault(logicalLine(start, open), "the last line goes on", "end it without a backslash");
	return lines;
}

/** A continued line stays several lines for the shell only where it says so: the line break becomes a space, as builders do. */
function logicalLine(number: number, text: string): Line {
	const [, keyword = "", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text.replaceAll("\n", " ")) ?? [];
	return { number, keyword: keyword.toUpperCase(), rest: rest.trim() };
}

function copy(line: Line, state: State): Instruction {
	const words = line.rest.split(/\s+/).map((word) => expand(word, state));
	const options = words.filter((word) => word.startsWith("--"));
	const paths = words.filter((word) => !word.startsWith("--"));
	const mode = options.map((option) => /^--chmod=([0-7]{3,4})$/.exec(option)?.[1]);
	const target = paths.pop();
	if (mode.includes(undefined)) throw fault(line, "an option of COPY that is not known here", "use --chmod=0755 only");
	if (!target || paths.length === 0) throw fault(line, "COPY needs a source and a target", "write COPY source target");
	return { kind: "copy", sources: paths, target, mode: mode[0] ?? "0644" };
}

function pairs(line: Line, state: State): Record<string, string> {
	const found = [...line.rest.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|\S*)/g)];
	if (found.length === 0) throw fault(line, `${line.keyword} without name=value`, "write NAME=value");
	return Object.fromEntries(found.map(([, name = "", value = ""]) => [name, expand(unquoted(value), state)]));
}

function list(line: Line): string[] {
	try {
		const value: unknown = JSON.parse(line.rest);
		if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value;
	} catch {
		// Answered below, as any other form.
	}
	throw fault(line, `${line.keyword} in shell form`, 'write a list: ["program", "argument"]');
}

function expand(text: string, state: State): string {
	return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, bare) => {
		const name = braced ?? bare;
		return state.env[name] ?? state.args[name] ?? "";
	});
}

function unquoted(text: string): string {
	return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}

function fault(line: Line, wrong: string, remedy: string): UserError {
	return new UserError({
		field: `Containerfile:${line.number}`,
		value: line.rest.slice(0, 60),
		wrong,
		remedy,
	});
}
