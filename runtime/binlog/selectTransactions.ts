/** A binary log with some of another's transactions. */
import { type BinlogBytes, bytesOf } from "./binlogBytes.ts";
import { readWholeBinlog } from "./readBinlog.ts";
import type { BinlogTransaction } from "./transaction.ts";

/**
 * A binary log by itself: the format, then these transactions. The events keep the positions that they had in the file that
 * they come from, as they do in a relay log.
 */
export function composeBinlog(format: Buffer, source: BinlogBytes, chosen: readonly BinlogTransaction[]): Buffer {
	const bytes = Buffer.allocUnsafe(chosen.reduce((sum, { from, to }) => sum + to - from, format.length));
	let at = format.copy(bytes);
	for (const { from, to } of chosen) {
		// In pieces: a large transaction would lie in memory twice.
		for (let done = from; done < to; done += pieceBytes) {
			at += source.read(done, Math.min(pieceBytes, to - done)).copy(bytes, at);
		}
	}
	return bytes;
}

const pieceBytes = 2 ** 18;

/**
 * @param segment a whole binary log, such as an opened segment
 * @param keep asked for each transaction
 * @throws BinlogError when it is damaged
 */
export function selectTransactions(segment: Buffer, keep: (transaction: BinlogTransaction) => boolean): Buffer {
	const bytes = bytesOf("segment", segment);
	const { format, transactions } = readWholeBinlog(bytes);
	return composeBinlog(format ?? Buffer.alloc(0), bytes, transactions.filter(keep));
}
