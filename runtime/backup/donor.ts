/** Whom a backup is copied from. Pure. */
import { FailedError } from "../exit.ts";
import { isAdmitted, isDamaged, surplus } from "../failover/choose.ts";
import type { ClusterRecord } from "../failover/record.ts";
import { count, isEmpty } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";

/** An instance, and what one look at it told, or why it could not be read. */
export interface Member {
	readonly name: string;
	readonly reading: Reading | null;
	readonly error?: string;
}

export interface Donor {
	readonly instance: string;
	/** Its server UUID. */
	readonly server: string;
	readonly role: "replica" | "primary";
	readonly version: string;
}

type Seen = Member & { readonly reading: Reading };

/**
 * The replica that lags least, of those that the record knows and that hold nothing errant; only without any, the
 * primary, which has clients to serve. One that replicates comes before one that is further but stands still.
 * @param last whose turn it was: another replica that replicates comes first, so that the pages of each are read
 * @throws FailedError where there is none
 */
export function chooseDonor(record: ClusterRecord, members: readonly Member[], last?: string): Donor {
	const sound = members.filter(
		(member): member is Seen =>
			member.reading !== null &&
			isAdmitted(record, member.name, member.reading) &&
			!isDamaged(record, member.name, member.reading) &&
			isEmpty(surplus(record, member.reading)),
	);
	const replicas = sound.filter(({ name, reading }) => name !== record.primary && reading.superReadOnly);
	const [best] = replicas.sort(
		(a, b) =>
			Number(replicates(b)) - Number(replicates(a)) ||
			Number(a.name === last) - Number(b.name === last) ||
			count(b.reading.executed) - count(a.reading.executed) ||
			(a.name < b.name ? -1 : 1),
	);
	if (best !== undefined) return donor(best, "replica");
	const primary = sound.find(({ name }) => name === record.primary);
	if (primary !== undefined) return donor(primary, "primary");
	throw new FailedError(`no instance can be copied: ${members.map(whyNot).join("; ")}`);
}

function whyNot({ name, reading, error }: Member): string {
	if (reading === null) return `${name} cannot be read (${error ?? "not reached"})`;
	return `${name} is not admitted, is damaged, or holds transactions that nobody else has`;
}

function replicates({ reading: { receiver, applier } }: Seen): boolean {
	return receiver?.state === "on" && applier?.running === true;
}

function donor({ name, reading }: Seen, role: Donor["role"]): Donor {
	return { instance: name, server: reading.uuid, role, version: reading.version };
}
