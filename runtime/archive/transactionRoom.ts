/** Whether one transaction has room on the archiver's volume and in its memory: less than a transaction cannot be archived. Pure. */
import { bytes, formatSize } from "../../objectives/size.ts";
import type { BinlogTransaction } from "../binlog/transaction.ts";
import type { Arrived } from "./spool.ts";

export interface TransactionRoom {
	/** Bytes of binary log that one segment may hold, so that it can be sealed in memory. */
	readonly largestSegment: number;
	/** Bytes that the spool may hold. */
	readonly spoolBytes: number;
}

/** The archive cannot go on past it until there is more room. */
export class TransactionTooLargeError extends Error {
	override readonly name = "TransactionTooLargeError";

	constructor(gtid: string, size: number, room: number, setting: string) {
		const [has, may] = [size, room].map((one) => formatSize(bytes(Math.ceil(one / 2 ** 20) * 2 ** 20)));
		super(
			`the transaction ${gtid} takes ${has} of the binary log, and the archiver has room for ${may}: raise ${setting}`,
		);
	}
}

/** Without the last transaction where that makes it too large: it comes by itself with the next look. */
export function fitting(arrived: Arrived, { largestSegment }: Pick<TransactionRoom, "largestSegment">): Arrived {
	const { reading, from } = arrived;
	const last = reading.transactions.at(-1);
	if (last === undefined || reading.transactions.length === 1 || reading.end - from <= largestSegment) return arrived;
	const transactions = reading.transactions.slice(0, -1);
	return {
		...arrived,
		reading: { ...reading, transactions, end: last.from, finished: false, waiting: null },
		more: true,
	};
}

/**
 * @param chosen what the next segment is to hold
 * @throws TransactionTooLargeError before it is read, or waited for in vain
 */
export function assertRoom(
	{ reading }: Arrived,
	chosen: readonly BinlogTransaction[],
	{ largestSegment, spoolBytes }: TransactionRoom,
): void {
	const { waiting } = reading;
	if (waiting !== null && waiting.to > spoolBytes) {
		throw new TransactionTooLargeError(waiting.gtid, waiting.to - waiting.from, spoolBytes, "backup.spool");
	}
	const [first] = chosen;
	const size = chosen.reduce((sum, { from, to }) => sum + to - from, 0);
	if (first !== undefined && size > largestSegment) {
		throw new TransactionTooLargeError(first.gtid, size, largestSegment, "backup.archiverMemory");
	}
}
