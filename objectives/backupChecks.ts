/** What is wrong with the settings of backups although each alone is well formed. */
import { largestBinaryLog, leastSpool } from "./archiveRoom.ts";
import { type Duration, formatDuration } from "./duration.ts";
import { UserError } from "./error.ts";
import { plan } from "./planning.ts";
import { bytes, formatSize } from "./size.ts";
import { type DatabaseConfig, type ReadableConfig, siteFacts } from "./stack.ts";

const day = 24 * 3600 * 1000;

export function checkBackups(config: ReadableConfig): UserError[] {
	const databases = (config.databases ?? []).map((database, index) => ({ database, field: `databases[${index}]` }));
	return [
		...databases.flatMap(({ database, field }) =>
			database ? [...scratch(database, field), ...spool(database, field), ...names(database, field)] : [],
		),
		...locks(config),
	];
}

/** A copy of all the data is booted there, so it needs what the data may need. */
function scratch({ backup, volume }: DatabaseConfig, field: string): UserError[] {
	if (backup.scratch >= volume) return [];
	return [
		new UserError({
			field: `${field}.backup.scratch`,
			value: formatSize(backup.scratch),
			wrong: `${formatSize(backup.scratch)} is less than the volume of ${formatSize(volume)} whose copy is booted on it`,
			remedy: `set ${formatSize(volume)} or more, or leave it out`,
		}),
	];
}

/** With less, the archiver would stop reading within one binary log, and begin it anew for ever. */
function spool({ backup }: DatabaseConfig, field: string): UserError[] {
	if (backup.spool >= leastSpool) return [];
	return [
		new UserError({
			field: `${field}.backup.spool`,
			value: formatSize(backup.spool),
			wrong: `${formatSize(backup.spool)} is less than three binary logs of ${formatSize(bytes(largestBinaryLog))}`,
			remedy: `set ${formatSize(leastSpool)} or more, or leave it out`,
		}),
	];
}

/** A report names a check by its name alone. */
function names({ backup }: DatabaseConfig, field: string): UserError[] {
	return backup.checks.flatMap(({ name }, index) => {
		const first = backup.checks.findIndex((other) => other.name === name);
		if (first === index) return [];
		return [
			new UserError({
				field: `${field}.backup.checks[${index}].name`,
				value: name,
				wrong: `"${name}" names two checks`,
				remedy: "give each check a name of its own",
			}),
		];
	});
}

/**
 * A lock must end when the shortest archive in the store does: were it shorter, what a restore counts on could be deleted
 * before its time; were it longer, what is let go could not be.
 */
function locks(config: ReadableConfig): UserError[] {
	const shortest = shortestArchive(config);
	if (shortest === null) return [];
	const days = lockDays(shortest);
	return (config.stores ?? []).flatMap((store, index) => {
		if (store?.objectLock === undefined || store.objectLock.days === days) return [];
		const longer = store.objectLock.days > days;
		return [
			new UserError({
				field: `stores[${index}].objectLock.days`,
				value: store.objectLock.days,
				wrong: `${store.objectLock.days} days are ${longer ? "longer" : "shorter"} than the ${formatDuration(shortest.kept)} for which the archive of "${shortest.name}" is kept`,
				remedy: `set ${days}: ${longer ? "what is let go could not be removed" : "what a restore needs could be deleted"}`,
			}),
		];
	});
}

/** A lock is of whole days. */
export const lockDays = ({ kept }: { readonly kept: Duration }): number => Math.floor(kept / day);

/** The shortest time for which the archive of a database is kept. Null where no plan can be made: that is said elsewhere. */
export function shortestArchive({ site, databases = [], stores = [], timezone = "Etc/UTC" }: ReadableConfig) {
	if (!site) return null;
	const place = { site, stores: stores.filter((store) => store !== undefined), timezone };
	const kept = databases.flatMap((database) => {
		const found = database && archiveOf(place, database);
		return found ? [{ name: database.name, kept: found }] : [];
	});
	return kept.reduce<{ name: string; kept: Duration } | null>(
		(least, one) => (least === null || one.kept < least.kept ? one : least),
		null,
	);
}

function archiveOf(place: Parameters<typeof siteFacts>[0], database: DatabaseConfig): Duration | null {
	try {
		return plan(database.objectives, siteFacts(place, database), database.overrides).backup.retention.archive;
	} catch (error) {
		if (error instanceof UserError) return null;
		throw error;
	}
}
