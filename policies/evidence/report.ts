/** A report of something that was tried: as far as a rule looks at it, whoever wrote it. Pure. */

export interface Report {
	/** `restore`, or the scenario of a drill: `pod`, `zone`. */
	readonly tried: string;
	/** The database; undefined where the report does not say, and so may be of any. */
	readonly cluster: string | undefined;
	/** ISO 8601. */
	readonly at: string;
	readonly held: boolean;
	readonly measured: { readonly rtoSeconds: number; readonly rpoSeconds: number };
	/** What was promised at the time, where the report says it. */
	readonly objective: { readonly rtoSeconds: number; readonly rpoSeconds: number } | undefined;
}

/** The restore tests of `evidence/restore/`, and what `mysql-dr drill --json` prints; anything else is no report of these. */
export function reportOf(document: unknown): Report | undefined {
	if (typeof document !== "object" || document === null) return undefined;
	const { kind, scenario, cluster, at, startedAt, verdict, measured, objective } = document as Record<string, unknown>;
	const tried = kind === "restore" ? kind : scenario;
	const when = at ?? startedAt;
	if (typeof tried !== "string" || typeof when !== "string" || !isMeasured(measured)) return undefined;
	return {
		tried,
		cluster: typeof cluster === "string" ? cluster : undefined,
		at: when,
		held: verdict === "held",
		measured,
		objective: isMeasured(objective) ? objective : undefined,
	};
}

/** The newest of those that were tried in this way on this database. */
export function newest(
	documents: readonly unknown[],
	cluster: string,
	tried: (what: string) => boolean,
): Report | undefined {
	const reports = documents.map(reportOf).filter((one) => one !== undefined);
	return reports
		.filter((one) => tried(one.tried) && (one.cluster === undefined || one.cluster === cluster))
		.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
		.at(-1);
}

function isMeasured(value: unknown): value is Report["measured"] {
	const { rtoSeconds, rpoSeconds } = (value ?? {}) as Partial<Report["measured"]>;
	return typeof rtoSeconds === "number" && typeof rpoSeconds === "number";
}
