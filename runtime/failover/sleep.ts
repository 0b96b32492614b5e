/** Resolves after `ms`, or at once when told to stop. */
export function sleep(ms: number, stop: AbortSignal): Promise<void> {
	if (ms <= 0 || stop.aborted) return Promise.resolve();
	return new Promise((resolve) => {
		const timer = setTimeout(done, ms);
		function done() {
			clearTimeout(timer);
			stop.removeEventListener("abort", done);
			resolve();
		}
		stop.addEventListener("abort", done);
	});
}
