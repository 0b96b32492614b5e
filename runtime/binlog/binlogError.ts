/** What is wrong with a binary log, and where. */
export class BinlogError extends Error {
	override readonly name = "BinlogError";
	/** Name of the file or object. */
	readonly file: string;
	/** Of the event that does not fit, in bytes from the file's beginning. */
	readonly offset: number;

	constructor(file: string, offset: number, problem: string) {
		super(`${file}: at offset ${offset}: ${problem}`);
		this.file = file;
		this.offset = offset;
	}
}
