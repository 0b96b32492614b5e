/** What each instance that is not the primary needs, while the primary is there. Pure. */
import { contains, formatGtidSet, isEmpty, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";
import { isAdmitted, surplus } from "./choose.ts";
import type { Facts } from "./decide.ts";
import type { ClusterRecord } from "./record.ts";
import { hangs } from "./stall.ts";
import { type InstanceView, readable, type View } from "./view.ts";

export type Repair =
	/** It accepts writes, demands acknowledgements or applies an import although it is not the primary. */
	| { readonly do: "fence"; readonly name: string }
	/** Connect it to the primary, or start what stands still; `fresh` when it is new and has no relay log of its own. */
	| { readonly do: "follow"; readonly name: string; readonly source: string; readonly fresh: boolean }
	/** It caught up: from now on what it holds counts. */
	| { readonly do: "admit"; readonly name: string; readonly uuid: string }
	/** Clone it anew; `surplus` is saved first when it is not empty. */
	| {
			readonly do: "rebuild";
			readonly name: string;
			readonly donor: string;
			/** The replica that must hold all that counts of this one before it is wiped; null when nothing counts. */
			readonly keeper: string | null;
			readonly surplus: string;
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
		const repair = repairOf(instance, instance.health.reading, { view, record, facts, primary });
		return repair === null ? [] : [repair];
	});
	// One copy at a time is missing, and a donor serves one clone at a time (error 3634).
	const under = view.instances.some((i) => i.busy === "rebuild");
	const first = under ? undefined : found.find((repair) => repair.do === "rebuild");
	return found.filter((repair) => repair.do !== "rebuild" || repair === first);
}

interface Context {
	readonly view: View;
	readonly record: ClusterRecord;
	readonly facts: Facts;
	readonly primary: Reading;
}

function repairOf({ name }: InstanceView, reading: Reading, context: Context): Repair | null {
	const { record, facts, primary } = context;
	if (!reading.superReadOnly || reading.acksRequired || reading.foreignApplier) return { do: "fence", name };
	const cause = rebuildCause(reading, context);
	const admitted = isAdmitted(record, name, reading);
	const counts = admitted || mayHaveAcknowledged(record, reading);
	const keeper = counts ? keeperOf(name, context) : null;
	// Without another copy of what counts it is not wiped: it may follow meanwhile, surplus and all.
	if (cause !== null && (!counts || keeper !== null)) {
		const extra = formatGtidSet(surplus(record, reading));
		return { do: "rebuild", name, donor: donor(name, context), keeper, surplus: extra, reason: cause };
	}
	const source = facts.sourceHost(record.primary);
	if (!replicatesFrom(reading, source)) {
		return { do: "follow", name, source, fresh: !admitted && isEmpty(reading.retrieved) };
	}
	if (!admitted && contains(reading.executed, primary.executed)) {
		return { do: "admit", name, uuid: reading.uuid };
	}
	return null;
}

/** It acknowledges before it is admitted: then it may hold the only other copy of what was written in this term. */
function mayHaveAcknowledged(record: ClusterRecord, reading: Reading): boolean {
	const sound = subtract(held(reading), surplus(record, reading));
	return !isEmpty(subtract(sound, parseGtidSet(record.gtidAtPromotion)));
}

/** A receiver that still tries to connect to the right source is left to its retries. */
function replicatesFrom(reading: Reading, source: string): boolean {
	const { receiver, applier } = reading;
	return receiver !== null && receiver.source === source && receiver.state !== "off" && applier?.running === true;
}

function rebuildCause(reading: Reading, { record, primary }: Context): string | null {
	const extra = surplus(record, reading);
	if (!isEmpty(extra)) return `it holds transactions that the cluster never had: ${formatGtidSet(extra)}`;
	if (!contains(held(reading), primary.purged)) {
		return "the primary no longer has the binary logs that it would need";
	}
	return null;
}

/** Another replica that acknowledges now: with the primary, the second copy of every acknowledged write. */
function keeperOf(recipient: string, { view, record, facts }: Context): string | null {
	const keeper = readable(view).find(
		({ name, reading }) =>
			name !== recipient &&
			name !== record.primary &&
			isAdmitted(record, name, reading) &&
			reading.acknowledges &&
			replicatesFrom(reading, facts.sourceHost(record.primary)),
	);
	return keeper?.name ?? null;
}

/** A sound replica where there is one: the primary has enough to do. */
function donor(recipient: string, { view, record, facts, primary }: Context): string {
	const sound = readable(view).find(
		({ name, reading }) =>
			name !== recipient &&
			name !== record.primary &&
			isAdmitted(record, name, reading) &&
			isEmpty(surplus(record, reading)) &&
			contains(held(reading), primary.purged) &&
			replicatesFrom(reading, facts.sourceHost(record.primary)),
	);
	return sound?.name ?? record.primary;
}
