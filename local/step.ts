/**
 * How long work is shown to people: what is being done, how far it is, how long it took.
 *
 * A terminal gets live lines; anything else gets plain lines with the elapsed time, so that a log of a build reads the same as the
 * screen did. Steps nest by where they are called (parallel steps too): a step started inside another's work is its child.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** What every long-running part of local/ is given to report to. */
export interface Progress {
	/** Runs the work, shows it while it runs and how long it took. A failure is shown and thrown on. */
	step<T>(title: string, work: () => Promise<T>): Promise<T>;
	/** A line that stays. */
	note(line: string): void;
	/** How far the running step is ("312 of 1840 packages"): replaces what it said before; rate-limited where lines stay. */
	far(line: string): void;
}

/** A finished or running step. Times in milliseconds since the progress began. */
export interface StepRecord {
	readonly title: string;
	readonly depth: number;
	/** The step whose work began this one. */
	readonly parent: StepRecord | undefined;
	readonly startedAt: number;
	finishedAt?: number;
	failed?: boolean;
	far?: string;
	lastLineAt: number;
}

/** Where lines go. `live` = a terminal whose lower lines may be rewritten. */
export interface Sink {
	readonly live: boolean;
	readonly columns: number;
	write(text: string): void;
}

export interface ProgressOptions {
	readonly sink?: Sink;
	/** Milliseconds, monotonic. */
	readonly clock?: () => number;
	/** How often a line that stays may repeat how far a step is; milliseconds. Default 15 s. */
	readonly repeatEvery?: number;
}

export interface StepProgress extends Progress {
	/** Every step so far, in the order in which they began. */
	readonly records: readonly StepRecord[];
	/** The table of steps and durations for the end of a command. */
	summary(): string;
}

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Reports to standard error, which leaves standard output to the command's result. */
export function createProgress(options: ProgressOptions = {}): StepProgress {
	return new Presenter(options.sink ?? terminal(process.stderr), options);
}

/** Runs the work and shows nothing. */
export const silent: Progress = {
	step: (_title, work) => work(),
	note: () => {},
	far: () => {},
};

/** "0.4 s", "71 s", "6 min 12 s". */
export function elapsed(milliseconds: number): string {
	const seconds = milliseconds / 1000;
	if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
	if (seconds < 119.5) return `${Math.round(seconds)} s`;
	const whole = Math.round(seconds);
	return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function terminal(stream: NodeJS.WriteStream): Sink {
	return {
		live: stream.isTTY === true && process.env.TERM !== "dumb",
		get columns() {
			return stream.columns || 80;
		},
		write: (text) => stream.write(text),
	};
}

class Presenter implements StepProgress {
	readonly records: StepRecord[] = [];
	readonly #sink: Sink;
	readonly #clock: () => number;
	readonly #repeatEvery: number;
	readonly #began: number;
	readonly #current = new AsyncLocalStorage<StepRecord>();
	readonly #running: StepRecord[] = [];
	#timer: NodeJS.Timeout | undefined;
	#liveLines = 0;
	#frame = 0;

	constructor(sink: Sink, { clock = () => performance.now(), repeatEvery = 15_000 }: ProgressOptions) {
		this.#sink = sink;
		this.#clock = clock;
		this.#repeatEvery = repeatEvery;
		this.#began = clock();
	}

	async step<T>(title: string, work: () => Promise<T>): Promise<T> {
		const record = this.#begin(title);
		try {
			return await this.#current.run(record, work);
		} catch (error) {
			record.failed = true;
			throw error;
		} finally {
			this.#end(record);
		}
	}

	note(line: string): void {
		this.#keep(line, (this.#current.getStore()?.depth ?? -1) + 1);
	}

	far(line: string): void {
		const record = this.#current.getStore();
		if (record) record.far = line;
	}

	summary(): string {
		const rows = this.records.map((record) => [
			`${"  ".repeat(record.depth)}${record.title}${record.failed ? " (failed)" : ""}`,
			elapsed((record.finishedAt ?? this.#now()) - record.startedAt),
		]);
		rows.push(["total", elapsed(this.#now())]);
		const width = Math.max(...rows.map(([title = ""]) => title.length));
		return rows.map(([title = "", time = ""]) => `${title.padEnd(width)}  ${time.padStart(12)}`).join("\n");
	}

	#now(): number {
		return this.#clock() - this.#began;
	}

	#begin(title: string): StepRecord {
		const now = this.#now();
		const parent = this.#current.getStore();
		const record: StepRecord = {
			title,
			parent,
			depth: (parent?.depth ?? -1) + 1,
			startedAt: now,
			lastLineAt: now,
		};
		this.records.push(record);
		this.#running.push(record);
		if (this.#sink.live) this.#draw();
		else this.#keep(`${title} ...`, record.depth);
		this.#timer ??= setInterval(() => this.#tick(), this.#sink.live ? 120 : 1000);
		// A forgotten step must not keep the program alive.
		this.#timer.unref();
		return record;
	}

	#end(record: StepRecord): void {
		record.finishedAt = this.#now();
		this.#running.splice(this.#running.indexOf(record), 1);
		const took = elapsed(record.finishedAt - record.startedAt);
		const mark = this.#sink.live ? (record.failed ? "✖ " : "✔ ") : "";
		this.#keep(`${mark}${record.title}: ${record.failed ? "failed after" : "done in"} ${took}`, record.depth);
		if (this.#running.length > 0) return;
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	#tick(): void {
		if (this.#sink.live) {
			this.#draw();
			return;
		}
		for (const record of this.#running) {
			// The innermost steps speak for those around them.
			if (this.#running.some(({ parent }) => parent === record)) continue;
			if (this.#now() - record.lastLineAt < this.#repeatEvery) continue;
			record.lastLineAt = this.#now();
			this.#keep(this.#state(record), record.depth);
		}
	}

	#state(record: StepRecord): string {
		const far = record.far === undefined ? "" : `: ${record.far}`;
		return `${record.title}${far} (${elapsed(this.#now() - record.startedAt)} so far)`;
	}

	/** A line that stays, above the live ones. */
	#keep(line: string, depth: number): void {
		this.#clear();
		const at = `${(this.#now() / 1000).toFixed(1).padStart(7)} s  `;
		this.#sink.write(`${at}${"  ".repeat(depth)}${line}\n`);
		if (this.#sink.live) this.#draw();
	}

	#clear(): void {
		if (this.#liveLines > 0) this.#sink.write(`\u001b[${this.#liveLines}A\u001b[0J`);
		this.#liveLines = 0;
	}

	#draw(): void {
		this.#clear();
		this.#frame = (this.#frame + 1) % spinner.length;
		const lines = this.#running.map(
			(record) => `${"  ".repeat(record.depth)}${spinner[this.#frame]} ${this.#state(record)}`,
		);
		// A line that wraps would count as two when it is cleared.
		for (const line of lines) this.#sink.write(`${line.slice(0, this.#sink.columns - 1)}\n`);
		this.#liveLines = lines.length;
	}
}
