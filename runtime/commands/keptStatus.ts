/** What the archiver adds to the watchdogs' status. */
import type { KeptAlert } from "../failover/alerts.ts";
import type { Status } from "../failover/status.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { archiveStatus, type CatalogueDocument, catalogue } from "../kubernetes/archiverStatus.ts";

type Kept = Pick<Status, "archive" | "backups"> & { readonly alerts: readonly KeptAlert[] };

/** What cannot be asked is null: the database's own state is shown all the same. */
export async function withKept(
	status: Status,
	access: ClusterAccess,
	now: () => Date = () => new Date(),
): Promise<Status> {
	const [archived, catalogued] = await Promise.all([
		archiveStatus(access).catch(() => null),
		catalogue(access).catch(() => null),
	]);
	const kept: Kept = {
		archive: archived && { throughGtid: archived.throughGtid, lagSeconds: archived.lagSeconds },
		backups: catalogued && newest(catalogued, now()),
		alerts: [...(archived?.alerts ?? []), ...(catalogued?.alerts ?? [])] as KeptAlert[],
	};
	return { ...status, ...kept, alerts: [...status.alerts, ...kept.alerts] };
}

/** A logical one is for parts, and no restore to a second begins with it. */
function newest({ backups }: CatalogueDocument, now: Date): Status["backups"] {
	const whole = backups.filter(({ kind }) => kind !== "logical").sort((one, other) => other.at.localeCompare(one.at));
	const [first] = whole;
	if (first === undefined) return { newestBooted: null, ageSeconds: null };
	return { newestBooted: first.id, ageSeconds: Math.max(0, Math.round((now.getTime() - Date.parse(first.at)) / 1000)) };
}
