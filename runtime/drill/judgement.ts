/** What a drill's measurements say about the promise. Pure. */
import { inSeconds } from "../../objectives/duration.ts";
import type { Forecast } from "../../objectives/forecast.ts";
import type { Change } from "../failover/record.ts";
import { type Gap, gapLength, outageAfter } from "./gaps.ts";
import type { Checked, LedgerReport } from "./messages.ts";
import type { Told } from "./told.ts";

/** What was seen of one drill, and what it was about. */
export interface Measurements extends Seen {
	/** Whom it happened to. */
	readonly victim: string;
	/** What happened, for people. */
	readonly caused: string;
	/** What the promised time counts to: writes are acknowledged again, or the lost copy is whole again as well. */
	readonly recovered: "writes" | "copy";
	readonly told: readonly Told[];
}

/** Times in milliseconds since 1970. */
export interface Seen {
	readonly failureAt: number;
	/** The ledger's last word; null where it had none. */
	readonly ledger: LedgerReport | null;
	/** What the watchdog did about it; null where it did nothing. */
	readonly change: Change | null;
	/** When the victim was let go, and when all was protected again. */
	readonly releasedAt: number | null;
	readonly protectedAt: number | null;
	/** When measuring ended. */
	readonly endedAt: number;
}

export interface TimelineEntry {
	/** Since the failure. */
	readonly atSeconds: number;
	readonly step: string;
}

export type Verdict = "held" | "broken" | "aborted";

export interface Judgement {
	readonly measured: { readonly rtoSeconds: number; readonly rpoSeconds: number };
	/** For how long no write was acknowledged. */
	readonly writeDowntimeSeconds: number;
	readonly timeline: readonly TimelineEntry[];
	readonly acknowledged: number;
	readonly lost: number;
	readonly verdict: Verdict;
	/** What broke, for people; empty where the promise held. */
	readonly reasons: readonly string[];
}

/** Judges by the objective of the forecast. Without the ledger's report nothing is proven: aborted. */
export function judge(seen: Measurements, forecast: Forecast): Judgement {
	const { ledger } = seen;
	const outage = outageOf(seen);
	const writeDowntimeSeconds = toSeconds(gapLength(outage));
	const rtoSeconds =
		seen.recovered === "copy" ? Math.max(writeDowntimeSeconds, copySeconds(seen)) : writeDowntimeSeconds;
	const measured = { rtoSeconds, rpoSeconds: lostSeconds(seen) };
	const reasons = ledger === null ? ["the ledger did not report"] : brokenBy(seen, measured, forecast);
	return {
		measured,
		writeDowntimeSeconds,
		timeline: timeline(seen, outage),
		acknowledged: ledger?.acknowledged ?? 0,
		lost: ledger?.lost ?? 0,
		verdict: ledger === null ? "aborted" : reasons.length === 0 ? "held" : "broken",
		reasons,
	};
}

/** From the last acknowledgement before to the first one after; where none came after, to the end of measuring. */
export function outageOf({ ledger, failureAt, endedAt }: Measurements): Gap {
	const lastAckAt = ledger?.lastAckAt ?? failureAt;
	if (lastAckAt <= failureAt) return { start: lastAckAt, end: endedAt };
	return outageAfter(ledger?.gaps ?? [], failureAt) ?? { start: failureAt, end: failureAt };
}

/** Until every copy counts again; where one never did, to the end of measuring. */
function copySeconds({ failureAt, protectedAt, endedAt }: Measurements): number {
	return toSeconds((protectedAt ?? endedAt) - failureAt);
}

/** Every acknowledged write that is gone was acknowledged in this time before the failure. */
function lostSeconds({ ledger, failureAt }: Measurements): number {
	if (ledger?.firstLostAt === undefined || ledger.firstLostAt === null) return 0;
	return toSeconds(Math.max(1, failureAt - ledger.firstLostAt));
}

function brokenBy(seen: Measurements, measured: Judgement["measured"], { objective }: Forecast): string[] {
	const reasons: string[] = [];
	const { ledger, change } = seen;
	if (ledger === null) return [];
	if (change === null) reasons.push("no failover was recorded");
	if (seen.protectedAt === null) reasons.push("the database was not protected again");
	const rto = inSeconds(objective.rto);
	if (measured.rtoSeconds > rto) reasons.push(`${late(seen.recovered)} ${measured.rtoSeconds} s, more than ${rto} s`);
	const rpo = inSeconds(objective.rpo);
	if (ledger.lost > 0 && measured.rpoSeconds > rpo) reasons.push(`${ledger.lost} acknowledged writes are lost`);
	reasons.push(...ledger.checked.slice(1).flatMap((one) => lacking(one, ledger.lost)));
	return reasons;
}

/** What is lost on the primary is said already. */
function lacking({ name, missing, error }: Checked, lost: number): string[] {
	if (missing === null) return [`${name} could not be checked (${error})`];
	return missing > lost ? [`${name} lacks ${missing} writes`] : [];
}

const late = (recovered: Measurements["recovered"]) =>
	recovered === "copy" ? "writes and the lost copy were back after" : "writes were down for";

function timeline(seen: Measurements, outage: Gap): TimelineEntry[] {
	const { failureAt, victim, change, told } = seen;
	const entries: [number, string][] = [
		[outage.start, "last write acknowledged"],
		[failureAt, seen.caused],
		...(change?.steps ?? []).map(({ at, step }): [number, string] => [Date.parse(at), step]),
		...told.map(({ at, step }): [number, string] => [at, step]),
	];
	if ((seen.ledger?.lastAckAt ?? 0) >= outage.end) entries.push([outage.end, "first write acknowledged again"]);
	if (seen.releasedAt !== null) entries.push([seen.releasedAt, `${victim} allowed to start again`]);
	if (seen.protectedAt !== null) entries.push([seen.protectedAt, "protected again"]);
	return entries
		.sort(([one], [other]) => one - other)
		.map(([at, step]) => ({ atSeconds: toSeconds(at - failureAt), step }));
}

const toSeconds = (ms: number): number => Math.round(ms) / 1000;
