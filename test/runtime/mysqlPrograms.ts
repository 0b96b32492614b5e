/** The programs of the runtime image, for tests that run them: lent by `npm test`, or those of this machine. */
import { delimiter } from "node:path";
import { findOnPath } from "../../local/tools/onPath.ts";

/** They come first in the PATH of the test and of what it starts. */
const lent = process.env.MYSQL_DR_MYSQLD_PATH;
process.env.PATH = [lent, process.env.PATH, "/usr/sbin"].filter(Boolean).join(delimiter);

/** Whether all of them can be run here; where they cannot, a suite says so by being skipped. */
export function hasPrograms(...names: readonly string[]): boolean {
	return names.every((name) => findOnPath(name) !== undefined);
}
