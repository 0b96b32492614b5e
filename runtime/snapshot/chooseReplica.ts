/** Whom a snapshot is made of. Pure. */
import { chooseDonor, type Donor, type Member } from "../backup/donor.ts";
import { Refusal } from "../exit.ts";
import type { ClusterRecord } from "../failover/record.ts";

const remedy = "bring a replica back (mysql-dr status says what keeps it), then mysql-dr snapshot";

/**
 * As a backup's donor is chosen, but never the primary: what a snapshot is made of stands still for a moment.
 * @throws Refusal where no replica replicates
 */
export function chooseReplica(record: ClusterRecord, members: readonly Member[]): Donor {
	const chosen = chooseDonor(record, members);
	if (chosen.role === "primary") {
		const why = "what a snapshot is made of stands still for a moment, and no sound replica is there but the primary";
		throw new Refusal(why, remedy);
	}
	const reading = members.find(({ name }) => name === chosen.instance)?.reading;
	if (reading?.receiver?.state === "on" && reading.applier?.running === true) return chosen;
	throw new Refusal(`${chosen.instance}, the replica that is furthest, does not replicate now`, remedy);
}
