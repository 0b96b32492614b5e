/** What a binary log consists of, for whoever cuts one: format description and transactions, as places in its bytes. */

/** One transaction as it lies in a binary log: from its GTID event on, whole. */
export interface BinlogTransaction {
	/** `uuid:number` or `uuid:tag:number`. */
	readonly gtid: string;
	/** Offset of its GTID event, and the offset after its last event. */
	readonly from: number;
	readonly to: number;
	/** When it was committed on the server that made it first; microseconds since 1970. */
	readonly originalCommit: number;
	/** When the server whose log this is committed it; microseconds since 1970. */
	readonly immediateCommit: number;
}
