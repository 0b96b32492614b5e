import { NotKnown } from "../frame/notKnown.ts";
import { annotation, type BackupWork } from "./work.ts";

/** What may be a backup is neither taken for one nor passed over. */
export function refuseUnclear(work: readonly BackupWork[]): void {
	const unclear = work.filter(({ role }) => role === "unclear");
	if (unclear.length === 0) return;
	const why = "is not set, and what it runs is not in the program";
	throw new NotKnown(
		unclear.map(({ resource: { urn, label } }) => ({ urn, resource: label, setting: annotation("role"), why })),
	);
}
