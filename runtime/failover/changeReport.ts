/** The report of one change of the primary: evidence, for people and machines. Pure. */
import { z } from "zod";
import type { Change, ClusterRecord } from "./record.ts";

const seconds = z.number();

export const reportSchema = z.object({
	version: z.literal(1),
	cluster: z.string(),
	site: z.string(),
	region: z.string(),
	kind: z.string(),
	term: z.number().int(),
	from: z.string().nullable(),
	to: z.string(),
	reason: z.string(),
	/** Done: by the leader that began it. Completed: that leader was lost half-way, and a successor finished. */
	outcome: z.enum(["done", "completed"]),
	startedAt: z.iso.datetime(),
	finishedAt: z.iso.datetime().nullable(),
	durationSeconds: seconds.nullable(),
	/** Writes were not accepted for this long, as far as the watchdog can tell; null where it cannot. */
	downtimeSeconds: seconds.nullable(),
	/** The watchdog that led it, and the one that wrote this. */
	leader: z.string().nullable(),
	reporter: z.string(),
	timeline: z.array(z.object({ atSeconds: seconds, step: z.string(), phase: z.string().optional() })),
	/** GTID sets: of each instance before, of the new primary after. */
	gtidBefore: z.record(z.string(), z.string()),
	gtidAfter: z.string(),
	/** Of mysqld, by instance, as far as they are known. */
	versions: z.record(z.string(), z.string()),
});

export type ChangeReport = z.infer<typeof reportSchema>;

export interface Reporter {
	readonly site: string;
	readonly region: string;
	/** The watchdog that writes it. */
	readonly reporter: string;
	readonly versions: Readonly<Record<string, string>>;
}

export function changeReport(record: ClusterRecord, change: Change, by: Reporter): ChangeReport {
	const began = Date.parse(change.startedAt);
	const since = (at: string) => Math.round(Date.parse(at) - began) / 1000;
	return {
		version: 1,
		cluster: record.cluster,
		site: by.site,
		region: by.region,
		kind: change.kind,
		term: change.term,
		from: change.from,
		to: change.to,
		reason: change.reason,
		outcome: change.finishedAt === null ? "completed" : "done",
		startedAt: change.startedAt,
		finishedAt: change.finishedAt,
		durationSeconds: change.finishedAt === null ? null : since(change.finishedAt),
		downtimeSeconds: downtimeSeconds(change),
		leader: change.leader ?? null,
		reporter: by.reporter,
		timeline: change.steps.map(({ at, step, phase }) => ({ atSeconds: since(at), step, ...(phase ? { phase } : {}) })),
		gtidBefore: change.gtidBefore,
		gtidAfter: change.gtidAfter,
		versions: { ...by.versions },
	};
}

/**
 * From when the old primary was last seen open (a planned change: from its beginning) until the clients were moved.
 * All moments are of one watchdog's clock, which may have been set meanwhile: what makes no sense is not told.
 */
export function downtimeSeconds({ kind, startedAt, lastOpenAt, steps }: Change): number | null {
	const moved = steps.find(({ phase }) => phase === "publish");
	const closed = kind === "failover" || kind === "seed";
	const from = kind === "switchover" ? startedAt : closed ? lastOpenAt : undefined;
	if (moved === undefined || from === undefined) return null;
	const passed = Math.round(Date.parse(moved.at) - Date.parse(from)) / 1000;
	return passed < 0 ? null : passed;
}

/** The same for every leader that reports this change. Terms begin anew in a cluster that is made anew: hence the time. */
export function reportKey({ cluster }: Pick<ClusterRecord, "cluster">, { kind, term, startedAt }: Change): string {
	const at = startedAt.replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
	return `evidence/failover/${cluster}/${at}-term-${String(term).padStart(4, "0")}-${kind}.json`;
}
