/** What each instance that is not the primary needs, while the primary is there. Pure. */
import { contains, formatGtidSet, isEmpty } from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";
import { isAdmitted, surplus } from "./choose.ts";
import type { Facts } from "./decide.ts";
import type { ClusterRecord } from "./record.ts";
import { type InstanceView, readable, type View } from "./view.ts";

export type Repair =
	/** It accepts writes or demands acknowledgements although it is not the primary. */
	| { readonly do: "fence"; readonly name: string }
	/** Connect it to the primary, or start what stands still; `fresh` when nothing that it has counts. */
	| { readonly do: "follow"; readonly name: string; readonly source: string; readonly fresh: boolean }
	/** It caught up: from now on what it holds counts. */
	| { readonly do: "admit"; readonly name: string; readonly uuid: string }
	/** Clone it anew; `surplus` is saved first when it is not empty. */
	| {
			readonly do: "rebuild";
			readonly name: string;
			readonly donor: string;
			readonly surplus: string;
			readonly reason: string;
	  };

export function repairs(view: View, record: ClusterRecord, facts: Facts, primary: Reading): readonly Repair[] {
	return view.instances.flatMap((instance) => {
		const isReplica = instance.name !== record.primary && instance.busy === null;
		if (!isReplica || instance.health.state !== "readable") return [];
		const repair = repairOf(instance, instance.health.reading, { view, record, facts, primary });
		return repair === null ? [] : [repair];
	});
}

interface Context {
	readonly view: View;
	readonly record: ClusterRecord;
	readonly facts: Facts;
	readonly primary: Reading;
}

function repairOf({ name }: InstanceView, reading: Reading, context: Context): Repair | null {
	const { record, facts, primary } = context;
	if (!reading.superReadOnly || reading.acksRequired) return { do: "fence", name };
	const cause = rebuildCause(reading, context);
	if (cause !== null) {
		const extra = formatGtidSet(surplus(record, reading));
		return { do: "rebuild", name, donor: donor(name, context), surplus: extra, reason: cause };
	}
	const source = facts.sourceHost(record.primary);
	if (!replicatesFrom(reading, source)) {
		return { do: "follow", name, source, fresh: !isAdmitted(record, name, reading) };
	}
	if (!isAdmitted(record, name, reading) && contains(reading.executed, primary.executed)) {
		return { do: "admit", name, uuid: reading.uuid };
	}
	return null;
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
