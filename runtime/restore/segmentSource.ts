/** Segments out of the stores: opened, verified, and cut down to what is to be applied. */
import { setTimeout } from "node:timers/promises";
import { fetchSegment, type Opened } from "../archive/open.ts";
import { SegmentError } from "../archive/segmentError.ts";
import { bytesOf } from "../binlog/binlogBytes.ts";
import { readBinlog } from "../binlog/readBinlog.ts";
import { FailedError } from "../exit.ts";
import { holds } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import type { HistorySegment } from "./history.ts";
import type { PlannedSegment } from "./planReplay.ts";
import type { Part } from "./relayFiles.ts";

export interface SegmentSource {
	/** In the order in which they are asked. */
	readonly stores: readonly ObjectStore[];
	/** An age identity that opens them. */
	readonly identity: string;
	/** What was wrong in one store and right in another. */
	readonly onNote: (note: string) => void;
	readonly signal?: AbortSignal | undefined;
}

/** No store has it whole. */
export class UnusableSegment extends FailedError {
	readonly number: number;

	constructor(number: number, reasons: readonly string[]) {
		super(`segment ${number} cannot be used: ${reasons.join("; ")}`);
		this.number = number;
	}
}

/** Between rounds in which no store answered: about a minute in all. Milliseconds. */
const patience = [1000, 2000, 4000, 8000, 16_000, 32_000];

/**
 * From the first store that has it whole. A store that does not answer is asked again: a restore of hours outlives it.
 * @throws UnusableSegment
 */
export async function openFromAny(segment: HistorySegment, source: SegmentSource): Promise<Opened> {
	for (let round = 0; ; round++) {
		const tried = await askStores(segment, source);
		if ("opened" in tried) return tried.opened;
		const pause = tried.away ? patience[round] : undefined;
		if (pause === undefined) throw new UnusableSegment(segment.number, tried.reasons);
		await setTimeout(pause, undefined, source.signal === undefined ? {} : { signal: source.signal });
	}
}

type Tried = { readonly opened: Opened } | { readonly reasons: readonly string[]; readonly away: boolean };

async function askStores(segment: HistorySegment, source: SegmentSource): Promise<Tried> {
	const reasons: string[] = [];
	let away = false;
	for (const store of source.stores.filter(({ name }) => segment.stores.includes(name))) {
		try {
			const opened = await fetchSegment(store, segment.header, [source.identity]);
			for (const reason of reasons) source.onNote(`${reason}; read from ${store.name}`);
			return { opened };
		} catch (error) {
			away ||= !(error instanceof SegmentError);
			reasons.push(`${store.name}: ${error instanceof Error ? error.message : error}`);
		}
	}
	return { reasons, away };
}

/** @throws UnusableSegment also where it lacks something that its header names */
export async function chosenPart({ segment, take }: PlannedSegment, source: SegmentSource): Promise<Part> {
	const { binlog, transactions } = await openFromAny(segment, source);
	const bytes = bytesOf(`segment ${segment.number}`, binlog);
	const { format } = readBinlog(bytes, { enough: 0 });
	const { server, file } = segment.header.stream;
	const chosen = runs(transactions.filter(({ gtid }) => holds(take, gtid)));
	const events = chosen.map(({ from, to }) => binlog.subarray(from, to));
	return { stream: `${server}/${file}`, format: format ?? Buffer.alloc(0), events };
}

/** Neighbours are one piece: most segments are taken whole. */
function runs(places: readonly { readonly from: number; readonly to: number }[]): { from: number; to: number }[] {
	const found: { from: number; to: number }[] = [];
	for (const { from, to } of places) {
		const last = found.at(-1);
		if (last?.to === from) last.to = to;
		else found.push({ from, to });
	}
	return found;
}
