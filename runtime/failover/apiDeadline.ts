/** Every request of the watchdog to Kubernetes ends in time: an API server that hangs must not hold it. */
import { withDeadline } from "../mysql/session.ts";

/** @returns what waits for a request, `deadlineMs` at most; then it rejects with a DeadlineError that says what was asked. */
export const apiDeadline =
	(deadlineMs: number) =>
	<T>(what: string, call: Promise<T>): Promise<T> =>
		withDeadline(call, deadlineMs, `Kubernetes API: ${what}`);
