/** How a piece of work ended, in one word. */
export type Outcome = "done" | "refused" | "interrupted" | "failed";

export const outcomes: readonly Outcome[] = ["done", "refused", "interrupted", "failed"];

export function outcomeOf(error: unknown): Outcome {
	switch ((error as Error).name) {
		case "RefusedError":
			return "refused";
		case "LostLeaseError":
			return "interrupted";
		default:
			return "failed";
	}
}
