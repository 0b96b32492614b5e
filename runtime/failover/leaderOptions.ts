/** What a leader is given, from the declared settings. */
import type { KubeConfig } from "@kubernetes/client-node";
import type { Logger } from "pino";
import { defaultRates } from "../../objectives/defaults.ts";
import type { Settings } from "../../objectives/settings.ts";
import { type Archived, archivedIn } from "../archive/archivedSet.ts";
import { archivedAsTold, archiverUrl } from "../archive/askArchiver.ts";
import { drillSchema } from "../instance/accountsSql.ts";
import { instanceHost } from "../instance/hostName.ts";
import { clusterLabels } from "../kubernetes/clusterLabels.ts";
import { instance } from "../mysql/instance.ts";
import { readableSql } from "../mysql/readableSql.ts";
import { openSession } from "../mysql/session.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { binlogBoundBytes } from "./binlogBound.ts";
import type { Clock } from "./clock.ts";
import type { ClusterStore } from "./clusterStore.ts";
import { type Access, refreshAccess } from "./credentialsAccess.ts";
import { decide } from "./decide.ts";
import type { LeaderOptions } from "./leader.ts";
import type { LeaseKeeper } from "./lease.ts";
import type { CopyRates } from "./nearestCopy.ts";
import type { Observer } from "./observer.ts";
import type { Pods } from "./pods.ts";
import { surplusStore } from "./surplusStore.ts";
import type { Volumes } from "./volumes.ts";

export interface LeaderParts {
	readonly settings: Settings;
	readonly access: Access;
	readonly kubernetes: KubeConfig;
	readonly store: ClusterStore;
	readonly lease: LeaseKeeper;
	readonly pods: Pods;
	readonly volumes: Volumes;
	readonly log: Logger;
	readonly clock: Clock;
	/** Where evidence goes. */
	readonly stores: readonly ObjectStore[];
	readonly observer: Observer;
}

/** As mysqld sees it in its pod. */
const caFile = "/etc/mysql-dr/tls/ca.crt";
/** For one statement: two round trips of a slow network and a flush to a slow disk. */
const statementMs = 2000;
/** The administrative interface: it lets the watchdog and the other instances in when clients have taken every connection. */
const adminPort = 33062;

/** As the forecast reckons with them. */
function copyRates({ snapshots, plan }: Settings): CopyRates | undefined {
	if (snapshots.snapshotClass === undefined) return undefined;
	const { clone, replay } = defaultRates;
	return { cloneBytes: clone.value, replay: replay.value, volumeMs: plan.volumes.mountLimit };
}

export function leaderOptions(parts: LeaderParts): LeaderOptions {
	const { settings, access, pods } = parts;
	const { failover, replication } = settings.plan;
	const members = Array.from({ length: settings.members }, (_, n) => `mysql-${n}`);
	const sourceHost = (name: string) => instanceHost(name, settings);
	const reach = (name: string, port: number) => {
		const address = pods.database().get(name)?.address;
		return address === null || address === undefined ? null : { name, address, port, identity: sourceHost(name) };
	};
	const { passwords, ca } = access;
	return {
		facts: {
			cluster: settings.cluster,
			members,
			sourceHost,
			stallLimitMs: failover.stallLimit,
			holdOffMs: failover.holdOff,
			volumes: { declared: settings.backup.volumeBytes ?? 0, upTo: settings.volumeGrowth?.upTo ?? null },
			copyRates: copyRates(settings),
		},
		limits: { statementMs, catchUpMs: failover.catchUpLimit, drainMs: failover.drainLimit },
		probe: {
			periodMs: failover.probePeriod,
			timeoutMs: failover.probeTimeout,
			confirmations: failover.confirmations,
		},
		pods,
		volumes: parts.volumes,
		volumeLimits: { mountMs: settings.plan.volumes.mountLimit, holdOffMs: settings.plan.volumes.holdOff },
		damage: { copied: (name) => parts.store.readDamage(name) },
		store: parts.store,
		lease: parts.lease,
		login: { user: "watchdog", password: passwords.watchdog, ca },
		link: {
			user: "replication",
			password: passwords.replication,
			port: adminPort,
			caFile,
			heartbeatMs: replication.heartbeat,
			connectRetryMs: replication.connectRetry,
		},
		target: (name) => reach(name, adminPort),
		rebuildAccess: {
			replicationTarget: (name) => {
				const target = reach(name, adminPort);
				if (target === null) throw new Error(`${name} has no pod with an address`);
				return target;
			},
			replicationLogin: { user: "replication", password: passwords.replication, ca },
			cloneSource: (donor) => ({
				host: sourceHost(donor),
				port: adminPort,
				user: "clone",
				password: passwords.clone,
				caFile,
			}),
			readableSql,
			surplusStore: surplusStore({
				...parts,
				namespace: settings.namespace,
				cluster: settings.cluster,
				labels: clusterLabels(settings.cluster),
			}),
			archived: archivedOf(parts),
		},
		schemas: [settings.schema, drillSchema],
		refreshCredentials: () => refreshAccess(parts.kubernetes, settings),
		log: parts.log,
		clock: parts.clock,
		connect: openSession,
		decide,
		instance,
		reads: { lagLimitMs: settings.plan.readLagLimit, netTimeoutMs: replication.netTimeout },
		binlogBytes: binlogBoundBytes(settings.backup.volumeBytes),
		observer: parts.observer,
	};
}

/** Stores that the stack made are opened by the pods of archiver and jobs alone: then the archiver is asked. */
function archivedOf({ stores, settings }: Pick<LeaderParts, "stores" | "settings">): Archived | null {
	if (stores.length > 0) return archivedIn(stores, settings.cluster);
	return settings.stores.length === 0 ? null : archivedAsTold(archiverUrl(settings));
}
