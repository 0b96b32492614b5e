/** How far a job is, told as it goes. */
import type { Progress } from "../commands/jobLine.ts";

export type { Progress } from "../commands/jobLine.ts";
export type Tell = (progress: Progress) => void;

/** The steps of a backup, in words. */
export const steps = {
	clone: "copying",
	boot: "booting the copy",
	tables: "checking tables",
	pages: "verifying pages",
	dump: "dumping",
	load: "loading the dump",
	store: "storing",
	copy: "copying to the other stores",
} as const;

/** Between two lines of one step. Milliseconds. */
const spacingMs = 1000;

/** Lets the first and the last line of a step through, and of those between one a second. */
export function sparingly(tell: Tell, now: () => number = performance.now.bind(performance)): Tell {
	let last: Progress | null = null;
	let at = Number.NEGATIVE_INFINITY;
	return (progress) => {
		const end = progress.done !== undefined && progress.done === progress.total;
		if (same(progress, last) || (progress.step === last?.step && !end && now() - at < spacingMs)) return;
		last = progress;
		at = now();
		tell(progress);
	};
}

const same = (one: Progress, other: Progress | null) => one.step === other?.step && one.done === other?.done;
