/** What the archiver says of itself: its /status, and what its alerts are made of. */
import type { KeptAlert } from "../failover/alerts.ts";
import { formatGtidSet, isEmpty } from "../mysql/gtidSet.ts";
import type { Archiver } from "./archiver.ts";
import type { Gaps, StoreFault } from "./gaps.ts";

export interface ArchiveStatus {
	readonly cluster: string;
	/** What at least one store has, and what lies before the archive. */
	readonly throughGtid: string;
	/** When the newest archived transaction was committed. */
	readonly throughAt: string | null;
	/** Seconds since the store that is furthest behind had everything; null where one never had. */
	readonly lagSeconds: number | null;
	readonly following: { readonly instance: string; readonly role: "replica" | "primary" } | null;
	readonly stores: readonly StoreStatus[];
	readonly spoolBytes: number;
	readonly alerts: readonly KeptAlert[];
	/** The number of the last segment. */
	readonly segments: number;
	readonly provisional: boolean;
	/** What the last check of the stored archive could not mend. */
	readonly faults: readonly StoreFault[];
	readonly lastError: string | null;
}

export interface StoreStatus {
	readonly name: string;
	/** The last segment that it has; 0 where it has none, or does not say. */
	readonly through: number;
	/** What waits for it in the spool. */
	readonly pendingBytes: number;
	readonly lagSeconds: number | null;
	readonly lastError: string | null;
}

/** Flush intervals after which the archive is behind. */
const lateAfter = 3;

export function archiveStatus(
	archiver: Archiver,
	spoolBytes: number,
	gaps: Pick<Gaps, "open" | "faults">,
): ArchiveStatus {
	const { keeper, options } = archiver;
	const end = keeper.end();
	const now = options.clock.wall();
	const stores = options.stores.map(({ name }, i): StoreStatus => {
		const writer = keeper.writers[i];
		const through = writer?.at?.number ?? 0;
		const at = archiver.complete.get(name)?.at ?? null;
		return {
			...{ name, through, pendingBytes: archiver.sealed.bytesAfter(through) },
			lagSeconds: at === null ? null : Math.max(0, (now - at) / 1000),
			lastError: writer?.lastError ?? null,
		};
	});
	const lags = stores.map(({ lagSeconds }) => lagSeconds);
	const lagSeconds = lags.includes(null) ? null : Math.max(...(lags as number[]));
	const source = archiver.following?.source ?? null;
	return {
		cluster: options.cluster,
		throughGtid: formatGtidSet(end.position),
		throughAt: end.lastCommit === null ? null : new Date(end.lastCommit / 1000).toISOString(),
		lagSeconds,
		following: source === null ? null : { instance: source.look.name, role: source.role },
		...{ stores, spoolBytes, alerts: alerts(archiver, stores, lagSeconds, gaps) },
		segments: end.number,
		provisional: end.provisional,
		faults: gaps.faults,
		lastError: archiver.lastError,
	};
}

function alerts(
	archiver: Archiver,
	stores: readonly StoreStatus[],
	lag: number | null,
	gaps: Pick<Gaps, "open" | "faults">,
): KeptAlert[] {
	const { limits } = archiver.options;
	const late = lag === null || lag * 1000 > lateAfter * limits.flushMs;
	const lacking = archiver.alerts.has("archiveGap") || !isEmpty(gaps.open) || gaps.faults.length > 0;
	return [
		...(late ? (["archiveLagging"] as const) : []),
		...(lacking ? (["archiveGap"] as const) : []),
		...(stores.some(({ lastError }) => lastError !== null) ? (["archiveStoreAway"] as const) : []),
		...[...archiver.alerts].filter((alert) => alert !== "archiveGap"),
	];
}
