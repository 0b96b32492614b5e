/** The role that each instance has, for people, monitoring and the mysql-replicas service. Pure. */
import { isEmpty } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";
import { isAdmitted, surplus } from "./choose.ts";
import { stoppedByOrder } from "./quiesce.ts";
import type { ClusterRecord } from "./record.ts";
import type { InstanceView, View } from "./view.ts";

export type Role = "primary" | "replica" | "joining" | "fenced" | "lost";

export function roles(view: View, record: ClusterRecord | null): ReadonlyMap<string, Role> {
	return new Map(view.instances.map((i) => [i.name, roleOf(i, record)]));
}

export function roleOf(instance: InstanceView, record: ClusterRecord | null): Role {
	const { health, name } = instance;
	const isPrimary = record !== null && name === record.primary;
	switch (health.state) {
		case "unknown":
			return isPrimary ? "primary" : "lost";
		case "unreachable":
			if (health.confirmed) return "lost";
			// Not heard of for a moment is not lost: readers would flap with every slow answer.
			return isPrimary ? "primary" : keep(instance.label);
		case "readable":
			return isPrimary ? "primary" : roleOfReplica(instance, health.reading, record);
	}
}

function roleOfReplica({ name, busy, quiesced }: InstanceView, reading: Reading, record: ClusterRecord | null): Role {
	if (record === null || busy !== null) return "joining";
	if (!isEmpty(surplus(record, reading)) || !reading.superReadOnly) return "fenced";
	// One that stands still for a snapshot receives and acknowledges as before.
	const applies = reading.applier?.running === true || stoppedByOrder(reading, quiesced);
	const replicates = reading.receiver?.state === "on" && applies;
	return replicates && isAdmitted(record, name, reading) ? "replica" : "joining";
}

function keep(label: string | null): Role {
	return label === "replica" ? "replica" : "joining";
}
