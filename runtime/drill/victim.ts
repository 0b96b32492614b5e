/** The instance that a drill kills, and keeps from coming back until it is let go. */
import { FailedError } from "../exit.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { until } from "../kubernetes/until.ts";

const container = "mysql";
const hold = "/run/mysql-dr/hold";

/** The pod's processes share their numbers (shareProcessNamespace): what the pid file says is right in its container. */
const killScript = `touch ${hold} && date +%s%3N && kill -9 "$(cat /run/mysql-dr/mysqld.pid)"`;

/**
 * SIGKILL to mysqld, with its return prevented first.
 * @returns when it was killed, in milliseconds since 1970 by its node's clock
 */
export async function killMysqld(access: ClusterAccess, pod: string): Promise<number> {
	// The command may be ended together with its container: what it printed before says enough.
	const { stdout, stderr, exitCode } = await access.run(pod, container, ["sh", "-c", killScript]);
	const at = Number(stdout.trim());
	if (stderr.trim() !== "" || !Number.isFinite(at) || stdout.trim() === "") {
		throw new FailedError(`mysqld of ${pod} could not be killed: ${stderr.trim() || `exit code ${exitCode}`}`);
	}
	return at;
}

/** Lets it start again. Tries until its container answers, for it restarts meanwhile. */
export async function release(access: ClusterAccess, pod: string, limitMs: number, signal: AbortSignal): Promise<void> {
	let why = "";
	const released = await until({ timeoutMs: limitMs, periodMs: 500, signal }, async () => {
		try {
			const { exitCode, stderr } = await access.run(pod, container, ["rm", "-f", hold], 5_000);
			why = stderr.trim();
			return exitCode === 0 ? true : null;
		} catch (error) {
			why = (error as Error).message;
			return null;
		}
	});
	if (released) return;
	throw new FailedError(
		`${pod} is still kept from starting (${why}); let it go: kubectl -n ${access.namespace} exec ${pod} -c ${container} -- rm ${hold}`,
	);
}
