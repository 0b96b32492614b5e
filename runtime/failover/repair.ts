/** What each instance that is not the primary needs, while the primary is there. Pure. */
import { contains, formatGtidSet, isEmpty, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";
import { applierFault } from "./applierFault.ts";
import { isAdmitted, isDamaged, surplus } from "./choose.ts";
import type { Facts } from "./decide.ts";
import { isFarBehind, isNear } from "./haste.ts";
import { stoppedByOrder } from "./quiesce.ts";
import type { ClusterRecord } from "./record.ts";
import { hangs } from "./stall.ts";
import { type InstanceView, readable, type View } from "./view.ts";

export type Repair =
	/** It accepts writes, demands acknowledgements or applies an import although it is not the primary. */
	| { readonly do: "fence"; readonly name: string }
	/**
	 * Connect it to the primary, or start what stands still; `fresh` when it is new and has no relay log of its own,
	 * `behind` when it has so much to fetch, or counts for nothing yet, that it is not to sync each event.
	 */
	| {
			readonly do: "follow";
			readonly name: string;
			readonly source: string;
			readonly fresh: boolean;
			readonly behind: boolean;
	  }
	/** From when it has fetched what it was behind with, what it is sent is synced and acknowledged. */
	| { readonly do: "settle"; readonly name: string; readonly source: string }
	/** It caught up: from now on what it holds counts. */
	| { readonly do: "admit"; readonly name: string; readonly uuid: string }
	/** Clone it anew; `surplus` is saved first when it is not empty. */
	| {
			readonly do: "rebuild";
			readonly name: string;
			/** Of the record that it was decided by: in another one the keeper may be the primary itself. */
			readonly term: number;
			readonly donor: string;
			/** The replica that must hold all that counts of this one before it is wiped; null when nothing counts. */
			readonly keeper: string | null;
			readonly surplus: string;
			readonly reason: string;
	  }
	/** Throw away a relay log that it cannot read; `keeper` as above where it may still acknowledge. */
	| {
			readonly do: "refetch";
			readonly name: string;
			readonly term: number;
			readonly keeper: string | null;
			readonly reason: string;
	  }
	/** Put a copy in place of its data, as the seed of this id wants it; from the seed's donor where `donor` is null. */
	| { readonly do: "copy"; readonly name: string; readonly donor: string | null; readonly seed: string };

export function repairs(view: View, record: ClusterRecord, facts: Facts, primary: Reading): readonly Repair[] {
	const found = view.instances.flatMap((instance) => {
		const isReplica = instance.name !== record.primary && instance.busy === null;
		if (!isReplica || instance.health.state !== "readable") return [];
		// What writes would hang; nothing can be acknowledged there, and it is fenced as soon as its commits go on.
		if (hangs(instance.health, facts)) return [];
		const repair = repairOf(instance, instance.health, { view, record, facts, primary });
		return repair === null ? [] : [repair];
	});
	// One copy at a time is missing, and a donor serves one clone at a time (error 3634).
	const under = view.instances.some((i) => i.busy === "rebuild");
	const first = under ? undefined : found.find((repair) => repair.do === "rebuild");
	return found.filter((repair) => repair.do !== "rebuild" || repair === first);
}

type Readable = Extract<InstanceView["health"], { state: "readable" }>;

interface Context {
	readonly view: View;
	readonly record: ClusterRecord;
	readonly facts: Facts;
	readonly primary: Reading;
}

function repairOf({ name, quiesced }: InstanceView, health: Readable, context: Context): Repair | null {
	const { record } = context;
	const { reading } = health;
	if (!reading.superReadOnly || reading.acksRequired || reading.foreignApplier) return { do: "fence", name };
	const cause = rebuildCause(health, context, name);
	const admitted = isAdmitted(record, name, reading);
	const counts = admitted || mayHaveAcknowledged(record, reading);
	const keeper = counts ? keeperOf(name, context) : null;
	// Without another copy of what counts it is not wiped: it may follow meanwhile, surplus and all.
	const from = donor(name, context);
	if (cause !== null && from !== null && (!counts || keeper !== null)) {
		const extra = formatGtidSet(surplus(record, reading));
		const { term } = record;
		return { do: "rebuild", name, term, donor: from, keeper, surplus: extra, reason: cause };
	}
	// What is about to go shall not acknowledge again: nobody asks then whether another has it too.
	if (context.view.instances.some((i) => i.name === name && i.ending)) return null;
	if (hasOriginalsIdentity(name, reading, context)) return null;
	return relayLogLost(name, health, context) ?? attach(name, reading, context, quiesced);
}

/** Without a receiver it acknowledges nothing, and the primary has all that it ever acknowledged: nobody else is needed. */
function relayLogLost(name: string, health: Readable, context: Context): Repair | null {
	const { executed, receiver } = health.reading;
	const fault = applierFault(health, context.facts);
	if (fault?.kind !== "unreadable" || !contains(context.primary.executed, executed)) return null;
	const keeper = keeperOf(name, context);
	const deaf = receiver === null || receiver.state === "off";
	if (!deaf && keeper === null) return null;
	return { do: "refetch", name, term: context.record.term, keeper, reason: fault.reason };
}

function attach(name: string, reading: Reading, context: Context, quiesced: boolean): Repair | null {
	const { record, facts, primary } = context;
	const admitted = isAdmitted(record, name, reading);
	const source = facts.sourceHost(record.primary);
	// A snapshot is made of it; it receives and acknowledges meanwhile.
	if (receivesFrom(reading, source) && stoppedByOrder(reading, quiesced)) return null;
	if (!replicatesFrom(reading, source)) return follow(name, reading, context, admitted);
	if (reading.catchingUp) return isNear(reading, primary.executed) ? { do: "settle", name, source } : null;
	return !admitted && isCaughtUp(reading, primary) ? { do: "admit", name, uuid: reading.uuid } : null;
}

function follow(name: string, reading: Reading, { record, facts, primary }: Context, admitted: boolean): Repair {
	const hastily = !admitted || reading.catchingUp || isFarBehind(reading, primary.executed);
	const behind = hastily && !isCaughtUp(reading, primary);
	// The relay log that came with a snapshot is that of another time.
	const copied = record.volumes?.[name]?.from !== undefined;
	const fresh = !admitted && (copied || isEmpty(reading.retrieved));
	return { do: "follow", name, source: facts.sourceHost(record.primary), fresh, behind };
}

/** Under a load that its applier only just bears it may be seconds behind for ever: what counts is what it holds. */
const isCaughtUp = (reading: Reading, primary: Reading): boolean => contains(held(reading), primary.executed);

/** It acknowledges before it is admitted: then it may hold the only other copy of what was written in this term. */
export function mayHaveAcknowledged(record: ClusterRecord, reading: Reading): boolean {
	const sound = subtract(held(reading), surplus(record, reading));
	return !isEmpty(subtract(sound, parseGtidSet(record.gtidAtPromotion)));
}

function replicatesFrom(reading: Reading, source: string): boolean {
	return receivesFrom(reading, source) && reading.applier?.running === true;
}

/** A receiver that still tries to connect to the right source is left to its retries. */
function receivesFrom({ receiver }: Reading, source: string): boolean {
	return receiver !== null && receiver.source === source && receiver.state !== "off";
}

/**
 * It was made of a snapshot, and has not got a server UUID of its own. As a second server of that identity it would take the
 * first one's place at the primary; and of what it had acknowledged under that name nobody could say which of them holds it.
 */
function hasOriginalsIdentity(name: string, { uuid }: Reading, { record, view }: Context): boolean {
	const server = record.volumes?.[name]?.from?.server;
	if (server === undefined || server !== uuid) return false;
	const volume = view.instances.find((i) => i.name === name)?.volume;
	// Before the first look at its claim it is not known what it stands on.
	return volume == null || volume.unconnected;
}

function rebuildCause(health: Readable, context: Context, name: string): string | null {
	const { record, facts, primary } = context;
	const { reading } = health;
	if (hasOriginalsIdentity(name, reading, context))
		return "it still has the identity of what its snapshot was taken of";
	const extra = surplus(record, reading);
	if (!isEmpty(extra)) return `it holds transactions that the cluster never had: ${formatGtidSet(extra)}`;
	if (!contains(held(reading), primary.purged)) {
		return "the primary no longer has the binary logs that it would need";
	}
	const fault = applierFault(health, facts);
	return fault?.kind === "refused" ? fault.reason : null;
}

function keeperOf(recipient: string, { view, record, facts }: Context): string | null {
	return acknowledging(view, record, facts).find((name) => name !== recipient) ?? null;
}

/** The replicas that acknowledge now: each, with the primary, the second copy of every acknowledged write. */
export function acknowledging(view: View, record: ClusterRecord, facts: Facts): readonly string[] {
	const found = readable(view).filter(
		({ name, reading }) =>
			name !== record.primary &&
			isAdmitted(record, name, reading) &&
			reading.acknowledges &&
			replicatesFrom(reading, facts.sourceHost(record.primary)),
	);
	return found.map(({ name }) => name);
}

/**
 * A sound replica where there is one: the primary has enough to do. Null where all that could be copied is damaged: a copy
 * would be as well, and nobody would know.
 */
function donor(recipient: string, { view, record, facts, primary }: Context): string | null {
	const sound = readable(view).find(
		({ name, reading }) =>
			name !== recipient &&
			name !== record.primary &&
			isAdmitted(record, name, reading) &&
			!isDamaged(record, name, reading) &&
			isEmpty(surplus(record, reading)) &&
			// A copy has what was applied, not the relay log.
			contains(reading.executed, primary.purged) &&
			replicatesFrom(reading, facts.sourceHost(record.primary)),
	);
	if (sound !== undefined) return sound.name;
	return isDamaged(record, record.primary, primary) ? null : record.primary;
}
