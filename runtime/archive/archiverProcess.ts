/** The archiver as it runs in its pod, with the watch over the backups beside it. */
import { readFileSync, statfsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { largestSegmentWithin } from "../../objectives/archiveRoom.ts";
import { type Settings, settingsSchema } from "../../objectives/settings.ts";
import { registerBackupMetrics } from "../backup/backupMetrics.ts";
import { BackupWatch } from "../backup/backupWatch.ts";
import { checkBackupKeys, recipients } from "../backup/keys.ts";
import { binlogShare } from "../failover/binlogBound.ts";
import { systemClock } from "../failover/clock.ts";
import { type JobPaths, jobPaths } from "../instance/jobPlace.ts";
import { readPassword } from "../instance/readPasswords.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { type GtidSet, subtract } from "../mysql/gtidSet.ts";
import { openSession } from "../mysql/session.ts";
import { deadlineFor } from "../store/objectStore.ts";
import { openStores } from "../store/openStores.ts";
import { archivedIn } from "./archivedSet.ts";
import { ArchiveMetrics } from "./archiveMetrics.ts";
import { type ArchiveLimits, Archiver } from "./archiver.ts";
import { serveArchive } from "./archiveServer.ts";
import { type ArchiveStatus, archiveStatus } from "./archiveStatus.ts";
import { Gaps } from "./gaps.ts";
import { kubernetesView } from "./kubernetesView.ts";
import { Purger } from "./purger.ts";

const adminPort = 33062;
const httpPort = 8080;
/** Of the volume: the file system needs some, and a segment is written beside what it replaces. */
const spoolShare = 0.8;
const purgeMs = 60_000;
/** Rounds wait for stores that are slow; three times longer than any call's deadline, a round is stuck. */
const stuckMs = ({ largestSegment }: ArchiveLimits) => Math.max(600_000, 3 * deadlineFor(largestSegment));

/** Runs until it is told to stop (SIGTERM, SIGINT). */
export async function runArchiver(): Promise<void> {
	const log = pino({ base: { pod: process.env.POD_NAME ?? "archiver" } });
	const stop = new AbortController();
	for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
	const settings = settingsSchema.parse(JSON.parse(readFileSync(jobPaths.settings, "utf8")));
	await archiveUntil(stop.signal, settings, clusterAccess({ namespace: settings.namespace }), log);
	log.info("stopped");
	process.exit(0);
}

async function archiveUntil(stop: AbortSignal, settings: Settings, access: ClusterAccess, log: Logger): Promise<void> {
	const stores = await openStores(settings.stores, { config: access.config, namespace: settings.namespace });
	let status: ArchiveStatus | null = null;
	const metrics = new ArchiveMetrics(
		() => status,
		() => [...watch.alerts, ...purger.alerts],
	);
	const onError = (err: unknown) => log.warn({ err }, "the Kubernetes API did not do what was asked");
	const view = kubernetesView({ access, settings, port: adminPort, onError });
	const archiver = new Archiver({
		...{ cluster: settings.cluster, stores, clock: systemClock, log, connect: openSession },
		recipients: await readRecipients(jobPaths, settings),
		view,
		login: async () => ({
			user: "archive",
			password: await readPassword(jobPaths.credentials, "archive"),
			ca: await readFile(join(jobPaths.tls, "ca.crt"), "utf8"),
		}),
		folder: join(jobPaths.volume, "spool"),
		limits: limits(settings),
		onArchived: (store, commits) => metrics.archived(store, commits),
		onGap: (gap) => gaps.add(gap),
	});
	const gaps = new Gaps({ cluster: settings.cluster, stores, orphans: () => archiver.keeper.orphans(), onError });
	const watch = new BackupWatch({
		...{ settings, stores, access, gaps, onError },
		begun: () => archiver.keeper.end().number > 0,
	});
	registerBackupMetrics(metrics.registry, () => watch.catalogue);
	const purger = new Purger({
		...{ view, looker: archiver.looker, clock: systemClock, log, periodMs: purgeMs },
		archived: () => archivedEverywhere(archiver),
		bound: settings.backup.volumeBytes === undefined ? null : settings.backup.volumeBytes * binlogShare,
	});
	const server = serveArchive({
		port: httpPort,
		alive: () => systemClock.now() - archiver.roundAt < stuckMs(archiver.options.limits) || awaitsStores(archiver),
		status: () => status,
		catalogue: () => watch.document(),
		archived: archivedIn(stores, settings.cluster),
		metrics: metrics.registry,
	});
	const look = async () => {
		const seen = archiveStatus(archiver, (await archiver.spool.bytes()) + archiver.sealed.bytes, gaps);
		status = { ...seen, alerts: [...seen.alerts, ...purger.alerts] };
	};
	const looking = setInterval(() => void look().catch(onError), 1000);
	await Promise.all([archiver.run(stop), watch.run(stop), purger.run(stop)]);
	clearInterval(looking);
	server.close();
}

/** Null while it is not known of one. */
function archivedEverywhere({ keeper, options }: Archiver): GtidSet | null {
	const confirmed = keeper.writers.flatMap(({ at }) => at?.confirmed ?? []);
	if (confirmed.length < options.stores.length) return null;
	return confirmed.reduce((all, one) => subtract(all, subtract(all, one)));
}

/** All stores away is no fault that a restart would mend. */
const awaitsStores = ({ keeper }: Archiver) =>
	keeper.opened && keeper.writers.every(({ lastError }) => lastError !== null);

async function readRecipients(paths: JobPaths, { backup }: Settings): Promise<string[]> {
	const [key, recoveryKey] = await Promise.all(
		["key", "recoveryKey"].map((name) => readFile(join(paths.backupKey, name), "utf8")),
	);
	return recipients(checkBackupKeys(backup.keySecret, { key: key ?? "", recoveryKey: recoveryKey ?? "" }));
}

function limits({ plan }: Settings): ArchiveLimits {
	const { bsize, blocks } = statfsSync(jobPaths.volume);
	const largestSegment = largestSegmentWithin(process.constrainedMemory());
	return {
		flushMs: plan.backup.archiveFlushInterval,
		lookMs: 2000,
		settleMs: 20_000,
		retryMs: 1000,
		spoolBytes: bsize * blocks * spoolShare,
		segmentBytes: Math.min(32 * 2 ** 20, largestSegment),
		largestSegment,
	};
}
