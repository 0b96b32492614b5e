/** What a {@link UserError} is made of. */
export interface Fault {
	/** Path of the setting as the user wrote it: `databases[0].archive.flushInterval`. */
	readonly field: string;
	/** The value that is refused, as given. Never a secret. */
	readonly value: unknown;
	/** What is wrong with the value, without the field: `"15x" is not a duration`. Default: `<value> is refused`. */
	readonly wrong?: string;
	/** What to write or do instead. */
	readonly remedy: string;
}

/**
 * A fault of what the user gave us, as opposed to a fault of ours.
 * The message is one line, `field: what is wrong with the value; remedy`: command lines print it without a trace
 * and exit with 2. With several problems the message has one such line each, see {@link UserError.problems}.
 */
export class UserError extends Error {
	override readonly name = "UserError";
	readonly field: string;
	readonly value: unknown;
	readonly wrong: string;
	readonly remedy: string;
	readonly #problems: readonly UserError[];

	constructor(fault: Fault, problems: readonly UserError[] = []) {
		const wrong = fault.wrong ?? `${shown(fault.value)} is refused`;
		super(
			problems.length > 1
				? problems.map((problem) => problem.message).join("\n")
				: line(fault.field, wrong, fault.remedy),
		);
		this.field = fault.field;
		this.value = fault.value;
		this.wrong = wrong;
		this.remedy = fault.remedy;
		this.#problems = problems;
	}

	/** Every problem that was found; only this one, if there is one. */
	get problems(): readonly UserError[] {
		return this.#problems.length > 0 ? this.#problems : [this];
	}

	/** The same fault, its field said from one level further up: `at("databases[0]")` makes `rto` `databases[0].rto`. */
	at(parent: string): UserError {
		return new UserError({
			field: this.field === "" ? parent : `${parent}.${this.field}`,
			value: this.value,
			wrong: this.wrong,
			remedy: this.remedy,
		});
	}

	/** One error for all the problems found; the problem itself if it is the only one. */
	static of(problems: readonly [UserError, ...UserError[]]): UserError {
		return problems.length === 1 ? problems[0] : new UserError(problems[0], problems);
	}
}

/** A value in the words of an error message: strings quoted, long ones cut. */
export function shown(value: unknown): string {
	if (value === undefined) return "nothing";
	const text = JSON.stringify(value) ?? String(value);
	return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function line(field: string, wrong: string, remedy: string): string {
	const where = field === "" ? "" : `${field}: `;
	return `${where}${wrong}; ${remedy}`.replace(/\s*\n\s*/g, " ");
}
