/** How far a job is, told as it goes: one JSON line each in its pod. */

export interface Progress {
	/** `prepare`, `clone`, `boot`, `check`, `verify`, `dump`, `load`, `store`, `copy`, … */
	readonly step: string;
	/** Of `total`; bytes, tables or files, as the step counts. */
	readonly done?: number;
	readonly total?: number;
	/** For people. */
	readonly message?: string;
}

export type Tell = (progress: Progress) => void;

/** Between two lines of one step. Milliseconds. */
const spacingMs = 1000;

/** Lets the first and the last line of a step through, and of those between one a second. */
export function sparingly(tell: Tell, now: () => number = performance.now.bind(performance)): Tell {
	let step = "";
	let at = Number.NEGATIVE_INFINITY;
	return (progress) => {
		const last = progress.done !== undefined && progress.done === progress.total;
		if (progress.step === step && !last && progress.message === undefined && now() - at < spacingMs) return;
		step = progress.step;
		at = now();
		tell(progress);
	};
}
