/**
 * Whether a schedule may end with the cluster standing still, for people to judge: only where the data of the primary
 * were lost and what was left could not be known to hold every acknowledged write. Pure, and from what is, not from what
 * the watchdog sees or decides: a watchdog that waits without need is a failure.
 */

/** An instance that was not lost, at the moment of the loss. */
export interface Remaining {
	readonly name: string;
	/** The record knew its data directory, and so did what was to be saved as the record. */
	readonly admitted: boolean;
	/** It held nothing that was never part of the history. */
	readonly sound: boolean;
	/** It held every acknowledged write. */
	readonly complete: boolean;
	/** It held all of the history that any other held: whether the rest was acknowledged, nobody can tell any more. */
	readonly foremost: boolean;
}

export interface Loss {
	readonly lost: string;
	readonly others: readonly Remaining[];
}

export interface Standstill {
	/** By the record, in the end. */
	readonly primary: string;
	readonly loss: Loss | null;
	/** The watchdog wiped them to clone them anew within moments of the loss: it had begun before it could see that. */
	readonly wipedThen: readonly string[];
	/** Somebody wrote errantly after the loss, to what was left of an unprotected cluster. */
	readonly erredSince: boolean;
}

export const reasons = {
	notAdmitted: "the primary's data were lost while a replica was not admitted",
	wiped: "the primary's data were lost at the moment when a replica with surplus was wiped to be cloned anew",
	noneFit: "the primary's data were lost while no sound replica held every acknowledged write",
	noneForemost: "the primary's data were lost while a replica with surplus alone held the end of the history",
	erred: "the primary's data were lost, then somebody wrote to what was left",
} as const;

/** @returns why; null where the cluster must go on by itself. */
export function leftToPeople({ primary, loss, wipedThen, erredSince }: Standstill): string | null {
	if (loss === null || loss.lost !== primary) return null;
	if (loss.others.some(({ admitted }) => !admitted)) return reasons.notAdmitted;
	if (loss.others.some(({ name, sound }) => !sound && wipedThen.includes(name))) return reasons.wiped;
	if (!loss.others.some(({ sound, complete }) => sound && complete)) return reasons.noneFit;
	if (!loss.others.some(({ sound, complete, foremost }) => sound && complete && foremost)) return reasons.noneForemost;
	return erredSince ? reasons.erred : null;
}
