/** What a test of a restore measured, for the stores and for whoever calibrates the forecast. */
import type { MeasuredRate } from "../../objectives/evidence.ts";
import { verifiedKey } from "../backup/entry.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { planDocument } from "./planRestore.ts";
import type { Validation } from "./validation.ts";

export interface ValidationReport {
	readonly version: 1;
	readonly kind: "restore";
	readonly cluster: string;
	readonly at: string;
	readonly verdict: "held" | "broken";
	/** The backup that it began with. */
	readonly backup: string;
	readonly comparedAt: { readonly gtids: string; readonly replica: string };
	readonly tables: number;
	readonly rows: number;
	readonly differences: Validation["differences"];
	readonly checks: Validation["checks"];
	readonly measured: {
		/** From the first look at the stores until the copy was at the newest archived transaction. */
		readonly rtoSeconds: number;
		readonly rpoSeconds: number;
		readonly downloadSeconds: number;
		readonly bootSeconds: number;
		readonly replaySeconds: number;
		readonly compareSeconds: number;
		readonly replayedTransactions: number;
		readonly replayedBytes: number;
	};
	readonly rates: readonly MeasuredRate[];
	readonly plan: ReturnType<typeof planDocument>;
}

export function validationReport(cluster: string, at: Date, validation: Validation): ValidationReport {
	const { restored, held, gtids, replica, tables, rows, differences, checks, rpoSeconds, compareSeconds } = validation;
	const { plan, measured } = restored;
	return {
		version: 1,
		kind: "restore",
		cluster,
		at: at.toISOString(),
		verdict: held ? "held" : "broken",
		backup: plan.base.id,
		comparedAt: { gtids, replica },
		tables,
		rows,
		differences,
		checks,
		measured: {
			rtoSeconds: measured.totalSeconds,
			rpoSeconds,
			downloadSeconds: measured.downloadSeconds,
			bootSeconds: measured.bootSeconds,
			replaySeconds: measured.replay.seconds,
			compareSeconds,
			replayedTransactions: measured.replay.transactions,
			replayedBytes: measured.replay.bytes,
		},
		rates: rates(at, validation),
		plan: planDocument(plan),
	};
}

/** Only of what took long enough to say something. */
const leastSeconds = 1;

function rates(at: Date, { restored: { plan, measured } }: Validation): MeasuredRate[] {
	const what = `restore test, ${at.toISOString().slice(0, 10)}`;
	const found: MeasuredRate[] = [];
	if (measured.downloadSeconds >= leastSeconds) {
		found.push({ rate: "restore", value: measured.bytes / measured.downloadSeconds, what });
	}
	const [first, last] = [plan.segments[0]?.segment.header.firstCommit, plan.segments.at(-1)?.segment.header.lastCommit];
	const written = first && last ? (last - first) / 1_000_000 : 0;
	if (measured.replay.seconds >= leastSeconds && written > 0) {
		found.push({ rate: "replay", value: written / measured.replay.seconds, what });
	}
	return found;
}

/** @param at ISO 8601 */
export const restoreEvidenceKey = (cluster: string, at: string): string => `evidence/restore/${cluster}/${at}.json`;

/** Written once to every store: as evidence, and, where it held, as the proof of the backup. @returns what failed */
export async function storeReport(
	report: ValidationReport,
	stores: readonly ObjectStore[],
): Promise<readonly string[]> {
	const { cluster, backup, at, verdict } = report;
	const body = Buffer.from(`${JSON.stringify(report, null, "\t")}\n`);
	const evidence = restoreEvidenceKey(cluster, at);
	const keys = verdict === "held" ? [evidence, verifiedKey(cluster, backup, at)] : [evidence];
	const failed = await Promise.all(
		stores.map(async (store) => {
			try {
				for (const key of keys) await store.put(key, body, "once");
				return [];
			} catch (error) {
				return [`${store.name}: ${evidence} could not be written: ${error instanceof Error ? error.message : error}`];
			}
		}),
	);
	return failed.flat();
}
