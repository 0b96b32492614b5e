/** How long ago something was: a rule that asks is told by its configuration when it is, so that it stays a function of it. */

/** The moment of the configuration's `at`, or now where it is empty. Milliseconds since 1970. */
export function atOrNow(at: string): number {
	return at === "" ? Date.now() : Date.parse(at);
}

/** From an ISO 8601 day or instant on; undefined where it is none. */
export function daysBetween(since: string, until: number): number | undefined {
	const from = Date.parse(since);
	return Number.isNaN(from) ? undefined : (until - from) / 86_400_000;
}
