/** SQL as root on the primary. Root is local to the pod: it is asked there, by the socket. */
import type { Settings } from "../../objectives/settings.ts";
import { FailedError } from "../exit.ts";
import { podPaths, socket } from "../instance/place.ts";
import type { ClusterAccess } from "./access.ts";
import { secretText } from "./declared.ts";

/**
 * The password is the first line of the input, then come as many bytes of SQL as the argument says: neither is ever an
 * argument or in a file. `read` takes no byte beyond its line.
 */
export const rootSqlScript = `IFS= read -r MYSQL_PWD && export MYSQL_PWD && head -c "$1" |
mysql --no-defaults --user=root --socket="$2" --batch --skip-column-names`;

/** @returns what the statements print, tabs between columns. @throws FailedError with what the server said */
export async function rootSql(
	access: Pick<ClusterAccess, "run" | "secret" | "namespace">,
	{ credentialsSecret }: Pick<Settings, "credentialsSecret">,
	pod: string,
	sql: string,
): Promise<string> {
	const password = await secretText(access as ClusterAccess, credentialsSecret, "root");
	const command = ["sh", "-c", rootSqlScript, "sh", String(Buffer.byteLength(sql)), socket(podPaths)];
	const { exitCode, stdout, stderr } = await access.run(pod, "mysql", command, 30_000, `${password}\n${sql}`);
	if (exitCode === 0) return stdout;
	throw new FailedError(`root on ${pod}: ${stderr.trim() || `exit code ${exitCode}`}`);
}
