/** How a command ends: the one table of exit codes, from which help and JSON are made too. */
import { UserError } from "../objectives/error.ts";

export const exits = {
	done: { code: 0, meaning: "done" },
	failed: { code: 1, meaning: "failed" },
	badInput: { code: 2, meaning: "bad input: nothing was changed" },
	broken: { code: 3, meaning: "a promise broke" },
	refused: { code: 4, meaning: "refused for safety: nothing was changed" },
} as const;

export type Exit = keyof typeof exits;

/** What was asked for would endanger data or writes, now. */
export class Refusal extends Error {
	override readonly name = "Refusal";
	/** What to do instead, or first. */
	readonly remedy: string;

	constructor(reason: string, remedy: string) {
		super(`refused: ${reason}; ${remedy}`);
		this.remedy = remedy;
	}
}

/** Which way a command ended that threw this. */
export function exitOf(error: unknown): Exit {
	if (error instanceof UserError) return "badInput";
	if (error instanceof Refusal) return "refused";
	if (error instanceof BrokenPromise) return "broken";
	return error instanceof FailedError ? error.exit : "failed";
}

/** For the end of every help text. */
export function exitHelp(): string {
	return ["", "Exit codes:", ...Object.values(exits).map(({ code, meaning }) => `  ${code}  ${meaning}`)].join("\n");
}

/** Errors that a person can do something about, and that say all there is to say: no trace of ours helps him. */
const expected = ["UserError", "Refusal", "UnreachableError", "ApiError", "NoLeaderError", "FailedError", "StoreError"];

/** A command did not get where it should have, for a reason that is said in full. */
export class FailedError extends Error {
	override readonly name = "FailedError";
	readonly exit: Exit;

	/** `exit`: of what was begun elsewhere, and ended that way there. */
	constructor(message: string, { exit = "failed", ...options }: ErrorOptions & { readonly exit?: Exit } = {}) {
		super(message, options);
		this.exit = exit;
	}
}

/** A copy of the data is not what was written: whom it was copied from is damaged, or the copy's own place is. */
export class DamagedCopyError extends FailedError {}

/** What was measured is not what was promised: all is as it should be done, and the result says so. */
export class BrokenPromise extends Error {
	override readonly name = "BrokenPromise";
}

/** @returns the lines to show: one for what is expected, the trace for a fault of ours. */
export function errorLines(error: unknown): string[] {
	if (!(error instanceof Error)) return [String(error)];
	const text = expected.includes(error.name) ? error.message : (error.stack ?? error.message);
	return text.split("\n");
}

/** The same for a program: the document of a command that ended with an error. */
export function errorDocument(error: unknown) {
	const exit = exitOf(error);
	const message = error instanceof Error ? error.message : String(error);
	const details =
		error instanceof UserError ? { field: error.field, value: error.value ?? null, remedy: error.remedy } : {};
	return { error: { kind: exit, exitCode: exits[exit].code, message, ...details } };
}
