/** The instance that a drill kills, and keeps from coming back until it is let go. */
import { FailedError } from "../exit.ts";
import { dataFolder, podPaths } from "../instance/place.ts";
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
	return timed(access, { pod, script: killScript, what: `mysqld of ${pod} could not be killed` });
}

interface Timed {
	readonly pod: string;
	/** Says the time, in milliseconds since 1970, right before it does its work. */
	readonly script: string;
	/** For people, where it fails. */
	readonly what: string;
	readonly deadlineMs?: number;
}

async function timed(access: ClusterAccess, { pod, script, what, deadlineMs }: Timed): Promise<number> {
	// The command may be ended together with its container: what it printed before says enough.
	const { stdout, stderr, exitCode } = await access.run(pod, container, ["sh", "-c", script], deadlineMs);
	const at = Number(stdout.trim());
	if (stderr.trim() !== "" || !Number.isFinite(at) || stdout.trim() === "") {
		throw new FailedError(`${what}: ${stderr.trim() || `exit code ${exitCode}`}`);
	}
	return at;
}

/**
 * mysqld is killed first, so that it saves nothing; then all that it had is deleted. It is let go at once: there is nothing
 * left that it could start with. What the user may not delete (a file system's own folders) holds no data.
 */
const destroyScript = `touch ${hold} && date +%s%3N && kill -9 "$(cat /run/mysql-dr/mysqld.pid)" || exit 1
rm -rf ${podPaths.volume}/* 2>/dev/null
rm -f ${hold}
[ ! -e ${dataFolder(podPaths)} ] || { echo "data are left on the volume" >&2; exit 1; }`;
/** Deleting many large files takes the file system a while. */
const destroyMs = 300_000;

/**
 * Destroys the data of an instance.
 * @returns when its mysqld was killed, in milliseconds since 1970 by its node's clock
 */
export function destroyVolume(access: ClusterAccess, pod: string): Promise<number> {
	return timed(access, {
		pod,
		script: destroyScript,
		what: `the volume of ${pod} could not be destroyed`,
		deadlineMs: destroyMs,
	});
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
