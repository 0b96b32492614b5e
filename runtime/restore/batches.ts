/** Segments, downloaded several at a time, as batches of relay log that the applier is given one after the other. */
import { emptySet, type GtidSet, union } from "../mysql/gtidSet.ts";
import type { Batch } from "./applier.ts";
import { ordered } from "./ordered.ts";
import type { PlannedSegment } from "./planReplay.ts";
import { type Part, RelayFiles } from "./relayFiles.ts";

export interface ReplayBatch extends Batch {
	/** Of its relay log. */
	readonly bytes: number;
}

export interface BatchOptions {
	/** The data directory of the server that is to apply them. */
	readonly folder: string;
	/** Names that this server has not seen. */
	readonly nextChannel: () => string;
	/** Relay log on disk in one batch; default {@link defaultBatchBytes}. At most three are there at once. */
	readonly batchBytes?: number;
	readonly open: (planned: PlannedSegment) => Promise<Part>;
}

export const defaultBatchBytes = 256 * 2 ** 20;
/** The applier begins early. */
const firstBytes = 8 * 2 ** 20;

/** Uncompressed binary log in memory. */
const windowBytes = 192 * 2 ** 20;
const atOnce = 8;

/**
 * Each is on disk when it is handed over. A batch holds one binary log's transactions: their dependencies are numbered
 * within it, and a coordinator that goes on from a higher number takes them all for committed (seen on 9.7.4: what should
 * have waited was applied side by side, each conflict for the 50 s of a lock's time limit). A channel begins with none.
 */
export async function* replayBatches(
	planned: readonly PlannedSegment[],
	options: BatchOptions,
): AsyncGenerator<ReplayBatch> {
	const { batchBytes = defaultBatchBytes } = options;
	const weight = ({ segment }: PlannedSegment) => segment.header.bytes;
	const parts = ordered(planned, options.open, { atOnce, limit: windowBytes, weight });
	let batch: Growing | null = null;
	let limit = Math.min(firstBytes, batchBytes);
	let index = 0;
	try {
		for await (const part of parts) {
			if (batch !== null && batch.stream !== part.stream) {
				yield await finish(batch);
				batch = null;
			}
			batch ??= begin(options, part.stream);
			await batch.files.add(part);
			batch.gtids = union(batch.gtids, planned[index++]?.take ?? emptySet);
			if (batch.files.bytes < limit) continue;
			yield await finish(batch);
			batch = null;
			limit = batchBytes;
		}
		if (batch !== null) yield await finish(batch);
	} finally {
		await batch?.files.close();
	}
}

interface Growing {
	readonly channel: string;
	readonly stream: string;
	readonly files: RelayFiles;
	gtids: GtidSet;
}

function begin({ nextChannel, folder }: BatchOptions, stream: string): Growing {
	const channel = nextChannel();
	return { channel, stream, files: new RelayFiles(folder, channel), gtids: emptySet };
}

async function finish({ channel, files, gtids }: Growing): Promise<ReplayBatch> {
	await files.finish();
	return { channel, gtids, bytes: files.bytes };
}
