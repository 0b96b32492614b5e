/** The document that `mysql-dr status --json` prints and /status serves. Pure. */
import { formatGtidSet } from "../mysql/gtidSet.ts";
import type { Alert, KeptAlert } from "./alerts.ts";
import type { LastOpen } from "./lastOpen.ts";
import type { Paused } from "./pause.ts";
import type { Reads } from "./readGuard.ts";
import type { Change, ClusterRecord } from "./record.ts";
import { type Role, roleOf } from "./roles.ts";
import type { InstanceView, View } from "./view.ts";

export interface InstanceStatus {
	readonly name: string;
	readonly zone: string | null;
	readonly role: Role;
	readonly ready: boolean;
	readonly gtidExecuted: string | null;
	/** How old its data are at most; null where that is not known. */
	readonly lagSeconds: number | null;
	/** Whether mysql-replicas leads to it, as far as the age of its data goes; null of the primary. */
	readonly reads: boolean | null;
	/** On the primary: that acknowledgements are required; on a replica: that it gives them. */
	readonly semiSync: boolean | null;
	/** Why it is not ready; null when it is. */
	readonly reason: string | null;
}

/** How far the archive reaches. */
export interface ArchiveSummary {
	readonly throughGtid: string;
	/** Age of the oldest write that is not in every store; 0 when all are. */
	readonly lagSeconds: number | null;
}

/** The newest backup that a restore can begin with. */
export interface BackupSummary {
	/** Its id; null where there is none. */
	readonly newestBooted: string | null;
	/** Since it was begun. */
	readonly ageSeconds: number | null;
}

export interface Status {
	readonly site: string;
	readonly region: string;
	readonly cluster: string;
	readonly term: number | null;
	readonly primary: string | null;
	/** One more failure of any zone loses no acknowledged write, and writes go on. */
	readonly protected: boolean;
	readonly instances: readonly InstanceStatus[];
	readonly watchdog: {
		readonly leader: string | null;
		readonly zone: string | null;
		readonly members: readonly string[];
	};
	/** The archiver's to say, so null in what the watchdog serves; null too where nobody knows. */
	readonly archive: ArchiveSummary | null;
	readonly backups: BackupSummary | null;
	readonly standby: null;
	/** Instances of an older revision than the one declared, and why the update does not go on; null when there are none. */
	readonly rollout: { readonly outdated: readonly string[]; readonly stuck: string | null } | null;
	readonly alerts: readonly (Alert | KeptAlert)[];
	readonly doing: string;
	readonly lastChange: Change | null;
	/** An operator's order to change nothing, and when it ends. */
	readonly paused: Paused | null;
	/** The primary when this leader last saw it open; null where it never did. */
	readonly lastOpen: LastOpen | null;
}

export interface StatusInput {
	readonly site: string;
	readonly region: string;
	readonly cluster: string;
	readonly view: View;
	readonly record: ClusterRecord | null;
	readonly watchdog: Status["watchdog"];
	/** Of each instance but the primary. */
	readonly reads: ReadonlyMap<string, Reads>;
	readonly alerts: readonly Alert[];
	readonly doing: string;
	readonly lastOpen: LastOpen | null;
}

export function status(input: StatusInput): Status {
	const { view, record } = input;
	return {
		site: input.site,
		region: input.region,
		cluster: input.cluster,
		term: record?.term ?? null,
		primary: record?.primary ?? null,
		protected: isProtected(view, record),
		instances: view.instances.map((i) => instanceStatus(i, record, input.reads.get(i.name))),
		watchdog: input.watchdog,
		archive: null,
		backups: null,
		standby: null,
		rollout: rolloutStatus(view),
		alerts: input.alerts,
		doing: input.doing,
		lastChange: record?.lastChange ?? null,
		paused: view.paused,
		lastOpen: input.lastOpen,
	};
}

function rolloutStatus({ rollout }: View): Status["rollout"] {
	if (rollout === null || rollout.outdated.length === 0) return null;
	return { outdated: rollout.outdated.map(({ name }) => name), stuck: rollout.stuck };
}

function instanceStatus(
	instance: InstanceView,
	record: ClusterRecord | null,
	reads: Reads | undefined,
): InstanceStatus {
	const { name, zone, health, busy } = instance;
	const role = roleOf(instance, record);
	if (health.state !== "readable") {
		return {
			name,
			zone,
			role,
			ready: false,
			gtidExecuted: null,
			lagSeconds: null,
			reads: reads?.serves ?? null,
			semiSync: null,
			reason: instance.volume?.fault?.reason ?? health.reason,
		};
	}
	const { reading } = health;
	const ready = isReady(instance, record);
	const isPrimary = role === "primary";
	return {
		name,
		zone,
		role,
		ready,
		gtidExecuted: formatGtidSet(reading.executed),
		lagSeconds: isPrimary ? 0 : lagSeconds(reads),
		reads: reads?.serves ?? null,
		semiSync: isPrimary ? reading.acksRequired : reading.acknowledges,
		reason: ready
			? null
			: busy || reading.receiver?.error || reading.applier?.error || (reading.catchingUp ? "catching up" : "joining"),
	};
}

function lagSeconds(reads: Reads | undefined): number | null {
	if (reads === undefined || !reads.known) return null;
	return reads.current ? 0 : Math.round(reads.ms / 100) / 10;
}

function isReady(instance: InstanceView, record: ClusterRecord | null): boolean {
	const { health } = instance;
	if (health.state !== "readable") return false;
	const role = roleOf(instance, record);
	if (role === "primary") return !health.reading.superReadOnly && health.reading.acksRequired;
	return role === "replica" && health.reading.acknowledges;
}

/**
 * The primary is open and reachable by its name, and every replica acknowledges: so whichever
 * instance is lost next, another has every acknowledged write and one more is left to acknowledge.
 */
export function isProtected(view: View, record: ClusterRecord | null): boolean {
	const primary = view.instances.find((i) => i.name === record?.primary);
	if (record === null || primary === undefined || !record.schemasReady) return false;
	const published = primary.address !== null && view.published === primary.address;
	return published && view.instances.length >= 3 && view.instances.every((i) => isReady(i, record));
}
