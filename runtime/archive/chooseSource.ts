/** Whom the archive is read from. Pure. */
import { count, emptySet, type GtidSet, isEmpty, subtract, union } from "../mysql/gtidSet.ts";
import type { Look } from "./look.ts";
import { type Reign, wantedOf } from "./wanted.ts";

export interface Source {
	readonly look: Look;
	readonly role: "replica" | "primary";
	/**
	 * Read from a primary, only what is in here is certain; null: everything that comes is, or, where nobody else could say so, nothing.
	 */
	readonly confirmed: GtidSet | null;
	/** Nobody is there to confirm what is read. */
	readonly provisional: boolean;
	/** What it has purged and the archive lacks. */
	readonly missing: GtidSet;
}

export interface Situation {
	readonly reign: Reign;
	readonly looks: readonly Look[];
	readonly position: GtidSet;
	/** Nothing is archived yet: what is purged lies before the archive's beginning. */
	readonly empty: boolean;
	/** Name of the instance that is followed now: stayed with as long as it will do. */
	readonly current: string | null;
	/** Name of one that has fallen behind: only if there is no other. */
	readonly avoid: string | null;
}

/** A replica as long as one is there that still has what is needed; null when nobody can be read. */
export function chooseSource(situation: Situation): Source | null {
	const { reign, looks } = situation;
	const known = looks.filter(({ name, uuid }) => reign.uuids[name] === uuid);
	const replicas = known.filter(({ name }) => name !== reign.primary);
	const held = replicas.map(({ executed }) => executed);
	const sources = known.map((look): Source => {
		const role = look.name === reign.primary ? "primary" : "replica";
		const missing = missingOf(look, situation);
		if (role === "replica") return { look, role, confirmed: null, provisional: false, missing };
		const alone = replicas.length === 0;
		return { look, role, confirmed: alone ? null : union(...held), provisional: alone, missing };
	});
	return sources.sort((a, b) => compare(a, b, situation))[0] ?? null;
}

function missingOf(look: Look, { reign, position, empty }: Situation): GtidSet {
	return empty ? emptySet : subtract(wantedOf(reign)(look.purged), position);
}

/** What is lacking for good weighs most, then who is primary, then what may pass. */
function compare(a: Source, b: Source, situation: Situation): number {
	for (const reason of reasons(situation)) {
		const difference = reason(a) - reason(b);
		if (difference !== 0) return difference;
	}
	return a.look.name < b.look.name ? -1 : 1;
}

function reasons({ current, avoid }: Situation): readonly ((source: Source) => number)[] {
	return [
		({ missing }) => (isEmpty(missing) ? 0 : 1),
		({ role }) => (role === "replica" ? 0 : 1),
		({ missing }) => count(missing),
		({ look }) => (look.name === avoid ? 1 : 0),
		({ look }) => (look.name === current ? 0 : 1),
		({ look }) => (look.replicating ? 0 : 1),
		({ look }) => -count(look.executed),
	];
}
