/**
 * An archive of weeks has hundreds of thousands of segments; a restore needs those since its backup. Pure.
 */
import { contains, type GtidSet, intersect, parseGtidSet } from "../mysql/gtidSet.ts";
import type { Base } from "./base.ts";
import { backupBases, type StoredCatalogue } from "./fittingBackup.ts";
import type { RestoreTarget } from "./target.ts";

/** The newest one may be damaged, or hold a little too much. */
const enough = 3;

/**
 * What the newest backups that may fit all hold: the archive from there on is looked at first.
 * @returns null where there are not as many: then all of it is
 */
export function heldByNearBackups(catalogues: readonly StoredCatalogue[], target: RestoreTarget): GtidSet | null {
	const near = backupBases(catalogues)
		.filter((base) => mayFit(base, target))
		.slice(0, enough)
		.map(({ gtidExecuted }) => parseGtidSet(gtidExecuted));
	const [first, ...others] = near;
	return first === undefined || near.length < enough ? null : others.reduce(intersect, first);
}

/** As far as clocks tell. */
export function mayFit(base: Pick<Base, "finishedAt" | "gtidExecuted">, target: RestoreTarget): boolean {
	if (target.kind === "latest") return true;
	if (target.kind === "time") return Date.parse(base.finishedAt) * 1000 <= target.micros;
	return !contains(parseGtidSet(base.gtidExecuted), parseGtidSet(target.gtid));
}
