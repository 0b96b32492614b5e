/** What must hold before anything is changed for a restored copy. */
import { equals, parseGtidSet } from "../mysql/gtidSet.ts";
import { RefusedError } from "./cancel.ts";
import { deadline, type Operation } from "./operation.ts";
import type { RebuildAccess } from "./rebuildAct.ts";
import type { Donor } from "./record.ts";
import type { SeedRequest } from "./seed.ts";

/** @throws RefusedError when the donor cannot be cloned, or holds something else than it was said to */
export async function checkDonor(
	operation: Operation,
	access: RebuildAccess,
	{ donor, gtids }: SeedRequest,
	version: string,
): Promise<void> {
	const session = await access.donorSession(donor).catch((error: Error) => {
		throw new RefusedError(`the restored copy cannot be read at ${donor.host}:${donor.port}: ${error.message}`);
	});
	try {
		await checkReplicationLogin(access, donor);
		const [[copy] = []] = await session.run(question, deadline(operation, operation.limits.statementMs));
		if (!equals(parseGtidSet(String(copy?.executed)), parseGtidSet(gtids))) {
			throw new RefusedError("the restored copy does not hold what was asked for: its GTID set is another");
		}
		if (Number(copy?.closed) !== 1) throw new RefusedError("the restored copy accepts writes: it is not what it was");
		if (seriesOf(String(copy?.version)) !== seriesOf(version)) {
			throw new RefusedError(`the restored copy is of MySQL ${copy?.version}, the instances are of ${version}`);
		}
		if (Number(copy?.clonable) !== 1) throw new RefusedError("the restored copy has no clone plugin");
	} finally {
		session.close();
	}
}

/** With another password than the present one nobody could follow what was cloned from it, once it is too late. */
async function checkReplicationLogin(access: RebuildAccess, donor: Donor): Promise<void> {
	const { user } = access.replicationLogin;
	const session = await access.donorSession(donor, access.replicationLogin).catch((error: Error) => {
		throw new RefusedError(`the restored copy does not know the account ${user} as it is now: ${error.message}`);
	});
	session.close();
}

/** Nothing that takes a plugin which a restored copy has no use for. */
const question = `SELECT @@GLOBAL.gtid_executed AS executed, @@GLOBAL.super_read_only AS closed, @@version AS version,
 (SELECT COUNT(*) FROM information_schema.PLUGINS
  WHERE PLUGIN_NAME = 'clone' AND PLUGIN_STATUS = 'ACTIVE') AS clonable`;

/** CLONE works within a series (MySQL manual, "Cloning Remote Data"). */
const seriesOf = (version: string) => version.split(".").slice(0, 2).join(".");

/** Of the server, and of drills and probes. */
const notData = ["mysql", "sys", "mysql_dr", "mysql_dr_drill"];

/**
 * A database that was only just made has no table of anybody's. Asked of InnoDB, which tells those of other accounts as
 * well; nothing else holds tables here.
 *
 * @throws RefusedError when there are tables
 */
export async function checkEmpty(operation: Operation, access: RebuildAccess, primary: string): Promise<void> {
	const session = await access.session(primary);
	try {
		const sql = "SELECT DISTINCT SUBSTRING_INDEX(NAME, '/', 1) AS name FROM information_schema.INNODB_TABLES";
		const [rows = []] = await session.run(sql, deadline(operation, operation.limits.statementMs));
		const found = rows.map(({ name }) => String(name)).filter((name) => !notData.includes(name));
		if (found.length > 0) {
			throw new RefusedError(`the database is not new: there are tables in ${found.join(", ")}`);
		}
	} finally {
		session.close();
	}
}
