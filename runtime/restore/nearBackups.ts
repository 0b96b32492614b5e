/**
 * An archive of weeks has hundreds of thousands of segments; a restore needs those since its backup. Pure.
 */
import { contains, type GtidSet, intersect, parseGtidSet } from "../mysql/gtidSet.ts";
import { candidates, type StoredCatalogue } from "./fittingBackup.ts";
import type { RestoreTarget } from "./target.ts";

/** The newest one may be damaged, or hold a little too much. */
const enough = 3;

/**
 * What the newest backups that may fit all hold: the archive from there on is looked at first.
 * @returns null where there are not as many: then all of it is
 */
export function heldByNearBackups(catalogues: readonly StoredCatalogue[], target: RestoreTarget): GtidSet | null {
	const near = candidates(catalogues)
		.filter(({ entry }) => mayFit(entry, target))
		.slice(0, enough)
		.map(({ entry }) => parseGtidSet(entry.gtidExecuted));
	const [first, ...others] = near;
	return first === undefined || near.length < enough ? null : others.reduce(intersect, first);
}

function mayFit(entry: { readonly finishedAt: string; readonly gtidExecuted: string }, target: RestoreTarget): boolean {
	if (target.kind === "latest") return true;
	if (target.kind === "time") return Date.parse(entry.finishedAt) * 1000 <= target.micros;
	return !contains(parseGtidSet(entry.gtidExecuted), parseGtidSet(target.gtid));
}
