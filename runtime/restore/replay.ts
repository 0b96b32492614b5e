/** The archive applied to a copy, up to exactly what was planned. */
import { FailedError } from "../exit.ts";
import { count, equals, formatGtidSet, type GtidSet, isEmpty, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { applyBatch } from "./applier.ts";
import { type BatchOptions, type ReplayBatch, replayBatches } from "./batches.ts";
import type { Replay } from "./planReplay.ts";
import { meter, type Report } from "./progress.ts";

export interface ReplayWork extends BatchOptions {
	readonly session: Session;
	readonly report: Report;
	readonly signal?: AbortSignal | undefined;
}

export interface Replayed {
	readonly transactions: number;
	/** Of relay log. */
	readonly bytes: number;
	readonly seconds: number;
}

const step = "applying the archive";

/**
 * Batches are made while others are applied.
 * @throws FailedError naming the transaction or the segment that it failed at, or what the copy holds otherwise than planned
 */
export async function replay({ segments, gtids }: Replay, work: ReplayWork): Promise<Replayed> {
	const began = performance.now();
	const transactions = segments.reduce((sum, { take }) => sum + count(take), 0);
	const progress = meter({ step, unit: "transactions", total: transactions }, work.report);
	let [done, bytes] = [0, 0];
	const batches = replayBatches(segments, work);
	try {
		for await (const batch of aheadByOne(batches)) {
			await applyBatch(work.session, batch, (applied) => progress.update(done + applied), work.signal);
			done += count(batch.gtids);
			bytes += batch.bytes;
		}
	} finally {
		await batches.return(undefined);
	}
	await verify(work.session, gtids);
	return { transactions, bytes, seconds: (performance.now() - began) / 1000 };
}

/** The next one is made while this one is worked on. */
async function* aheadByOne(batches: AsyncGenerator<ReplayBatch>): AsyncGenerator<ReplayBatch> {
	let next = batches.next();
	for (;;) {
		const { value, done } = await next;
		if (done) return;
		next = batches.next();
		next.catch(() => {});
		yield value;
	}
}

/** What a copy holds. */
export async function executed(session: Session): Promise<GtidSet> {
	const [[row] = []] = await session.run("SELECT @@GLOBAL.gtid_executed AS executed", 30_000);
	return parseGtidSet(String(row?.executed ?? ""));
}

async function verify(session: Session, planned: GtidSet): Promise<void> {
	const held = await executed(session);
	if (equals(held, planned)) return;
	const [lacking, surplus] = [subtract(planned, held), subtract(held, planned)];
	const parts = [
		isEmpty(lacking) ? "" : `it lacks ${formatGtidSet(lacking)}`,
		isEmpty(surplus) ? "" : `it holds ${formatGtidSet(surplus)} besides`,
	];
	throw new FailedError(`the copy is not what was planned: ${parts.filter((part) => part !== "").join(", ")}`);
}
