/** A leader that may no longer act stops where it is; its successor resumes from what it sees. */
export class LostLeaseError extends Error {
	override readonly name = "LostLeaseError";
}

/** Refused although asked for or needed: nothing was changed, or all was put back. */
export class RefusedError extends Error {
	override readonly name = "RefusedError";
}
