/** A report of something that was tried: as far as a rule looks at it, whoever wrote it. Pure. */

import type { MeasuredRate } from "../../objectives/index.ts";

export interface Report {
	/** `restore`, or the scenario of a drill: `pod`, `zone`. */
	readonly tried: string;
	/** The database; undefined where the report does not say, and so may be of any. */
	readonly cluster: string | undefined;
	/** ISO 8601. */
	readonly at: string;
	readonly held: boolean;
	readonly measured: { readonly rtoSeconds: number; readonly rpoSeconds: number };
	/** How fast it went, by the names that the forecast has for it. */
	readonly rates: readonly MeasuredRate[];
	/** What was promised at the time, where the report says it. */
	readonly objective: { readonly rtoSeconds: number; readonly rpoSeconds: number } | undefined;
}

/** The restore tests of `evidence/restore/`, and what `mysql-dr drill --json` prints; anything else is no report of these. */
export function reportOf(document: unknown): Report | undefined {
	if (typeof document !== "object" || document === null) return undefined;
	const { kind, scenario, cluster, at, startedAt, verdict, measured, rates, objective } = document as Record<
		string,
		unknown
	>;
	const tried = kind === "restore" ? kind : scenario;
	const when = at ?? startedAt;
	// One that was broken off proved nothing.
	if (verdict === "aborted") return undefined;
	if (typeof tried !== "string" || typeof when !== "string" || !isMeasured(measured)) return undefined;
	return {
		tried,
		cluster: typeof cluster === "string" ? cluster : undefined,
		at: when,
		held: verdict === "held",
		measured,
		rates: Array.isArray(rates) ? rates.filter(isRate) : [],
		objective: isMeasured(objective) ? objective : undefined,
	};
}

/** The newest of those that were tried in this way. */
export function newest(documents: readonly unknown[], isWanted: (report: Report) => boolean): Report | undefined {
	return documents
		.map(reportOf)
		.filter((one) => one !== undefined)
		.filter(isWanted)
		.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
		.at(-1);
}

function isRate(value: unknown): value is MeasuredRate {
	const { rate, value: amount, what } = (value ?? {}) as Partial<MeasuredRate>;
	return typeof rate === "string" && typeof amount === "number" && typeof what === "string";
}

function isMeasured(value: unknown): value is Report["measured"] {
	const { rtoSeconds, rpoSeconds } = (value ?? {}) as Partial<Report["measured"]>;
	return typeof rtoSeconds === "number" && typeof rpoSeconds === "number";
}
