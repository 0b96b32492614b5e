/**
 * - `truncated`: ends too soon
 * - `corrupted`: its bytes are not what was written
 * - `swapped`: another segment lies under its name
 * - `foreign`: another cluster's
 * - `wrong key`: it was encrypted for others
 * - `missing`: there is none where there must be one
 * - `not a segment`: has no header
 */
export type SegmentFault =
	| "truncated"
	| "corrupted"
	| "swapped"
	| "foreign"
	| "wrong key"
	| "missing"
	| "not a segment";

/** An object of the archive that cannot be used, by its key. */
export class SegmentError extends Error {
	override readonly name = "SegmentError";
	readonly key: string;
	readonly fault: SegmentFault;

	constructor(key: string, fault: SegmentFault, detail: string) {
		super(`${key}: ${fault}: ${detail}`);
		this.key = key;
		this.fault = fault;
	}
}
