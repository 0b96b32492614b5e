/** `mysql-dr archive status`: how far the archive reaches, in which store, and whom it follows. */
import { UserError } from "../../objectives/error.ts";
import { alertMeanings } from "../failover/alerts.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { type ArchiveStatus, archiveStatus } from "../kubernetes/archiverStatus.ts";
import type { Paint } from "../terminal/paint.ts";
import { seconds } from "../terminal/seconds.ts";
import { sizeText } from "../terminal/sizeText.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { alertLines, shortGtid } from "./statusText.ts";

export async function archive({ terminal }: Context, options: SharedOptions, what = "status"): Promise<Result> {
	if (what !== "status") throw unknown(what);
	const document = await archiveStatus(clusterAccess(options));
	return { exit: "done", document, lines: archiveLines(document, terminal.paint) };
}

export function archiveLines(status: ArchiveStatus, paint: Paint): string[] {
	const { following, lagSeconds, throughAt, throughGtid, segments, spoolBytes, provisional } = status;
	const lag = lagSeconds === null ? "nobody knows how far behind" : `${seconds(lagSeconds)} behind`;
	const whom = following === null ? paint.attention("nobody") : `${following.instance} (${following.role})`;
	return [
		`archived through ${throughAt ?? "nothing yet"}: ${lagSeconds === null ? paint.attention(lag) : lag}`,
		...table([
			["holds", shortGtid(throughGtid)],
			["follows", `${whom}${provisional ? "; what it reads counts once a replica has it" : ""}`],
			["segments", String(segments)],
			["spool", sizeText(spoolBytes)],
		]),
		"",
		...table([
			["STORE", "SEGMENT", "WAITING", "LAST ERROR"].map(paint.faint),
			...status.stores.map(({ name, through, pendingBytes, lastError }) => [
				name,
				String(through),
				pendingBytes === 0 ? "nothing" : paint.attention(sizeText(pendingBytes)),
				lastError === null ? "-" : paint.bad(lastError),
			]),
		]),
		...(status.lastError === null ? [] : ["", paint.bad(status.lastError)]),
		...faultLines(status, paint),
		...alertLines(status.alerts, alertMeanings, paint),
	];
}

function faultLines({ faults }: ArchiveStatus, paint: Paint): string[] {
	if (faults.length === 0) return [];
	return ["", ...faults.map(({ store, number, reason }) => paint.bad(`${store}, segment ${number}: ${reason}`))];
}

function unknown(what: string): UserError {
	return new UserError({
		field: "what",
		value: what,
		wrong: `there is no "archive ${what}"`,
		remedy: "write mysql-dr archive status",
	});
}
