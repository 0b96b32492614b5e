/** Looks after backups and snapshots beside the archiver: what there is, what is wrong, and that there is a first backup at all. */
import type { V1Job } from "@kubernetes/client-node";
import type { Settings } from "../../objectives/settings.ts";
import type { Gaps } from "../archive/gaps.ts";
import type { KeptAlert } from "../failover/alerts.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { cronJobNames, startJob } from "../kubernetes/jobs.ts";
import { until } from "../kubernetes/until.ts";
import { formatGtidSet, isEmpty, parseGtidSet } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { backupAlerts } from "./backupAlerts.ts";
import { type Catalogue, catalogueDocument, readCatalogue } from "./catalogue.ts";
import { keyIsKept } from "./keyKept.ts";

export interface BackupWatchOptions {
	readonly settings: Pick<Settings, "cluster" | "plan" | "backup">;
	readonly stores: readonly ObjectStore[];
	readonly access: Pick<ClusterAccess, "namespace" | "jobs" | "secret" | "cronJob" | "createJob">;
	/** Whether the archive has begun: a restore then needs a backup to begin with. */
	readonly begun: () => boolean;
	/** What the archive lacks for good: restores begin behind it as soon as there is a backup from behind it. */
	readonly gaps: Pick<Gaps, "look">;
	readonly onError: (error: unknown) => void;
	readonly now?: () => Date;
	/** Between two looks; default a minute. */
	readonly periodMs?: number;
}

/** Between two full backups that are asked for because of one gap: the first may have failed, or begun before it. Milliseconds. */
const againMs = 600_000;
const longestReason = 200;

const selector = "app.kubernetes.io/part-of=mysql-dr,app.kubernetes.io/component in (backup,snapshot)";

export class BackupWatch {
	readonly #options: BackupWatchOptions;
	readonly #now: () => Date;
	/** Remembered, since Kubernetes forgets a finished job after an hour. */
	readonly #ended = new Map<string, { readonly at: number; readonly failed: boolean }>();
	/** When a full backup was asked for last. */
	#askedAt: number | null = null;
	#seen: { readonly catalogue: Catalogue; readonly alerts: readonly KeptAlert[]; readonly at: Date } | null = null;

	constructor(options: BackupWatchOptions) {
		this.#options = options;
		this.#now = options.now ?? (() => new Date());
	}

	/** Until it is told to stop. A look that fails is told, and the next one looks again. */
	async run(signal: AbortSignal): Promise<void> {
		const patience = { timeoutMs: Number.POSITIVE_INFINITY, periodMs: this.#options.periodMs ?? 60_000, signal };
		await until(patience, async () => {
			await this.look().catch(this.#options.onError);
			return null;
		}).catch((error) => {
			if (!signal.aborted) throw error;
		});
	}

	async look(): Promise<void> {
		const { settings, stores, access } = this.#options;
		const [catalogue, jobs, secret] = await Promise.all([
			readCatalogue(stores, settings.cluster),
			access.jobs(selector),
			access.secret(settings.backup.keySecret),
		]);
		this.#remember(jobs);
		const now = this.#now();
		const first = await this.#full(catalogue, jobs, now.getTime());
		const alerts = backupAlerts({
			backups: catalogue.backups,
			schedules: settings.plan.backup,
			jobs: [...this.#ended].map(([cronJob, { failed }]) => ({ cronJob, failed })),
			firstUnderWay: first,
			keyKept: keyIsKept(settings.backup, secret?.metadata?.annotations),
			now,
		});
		this.#seen = { catalogue, alerts, at: now };
	}

	get alerts(): readonly KeptAlert[] {
		return this.#seen?.alerts ?? [];
	}

	get catalogue(): Catalogue | null {
		return this.#seen?.catalogue ?? null;
	}

	/** What /catalogue serves: read anew, so that a backup is shown as soon as it is there. */
	async document() {
		await this.look();
		const seen = this.#seen?.catalogue ?? { backups: [], away: [], faults: [] };
		return { cluster: this.#options.settings.cluster, ...catalogueDocument(seen), alerts: this.alerts };
	}

	#remember(jobs: readonly V1Job[]): void {
		for (const { metadata, status } of jobs) {
			const cronJob = metadata?.ownerReferences?.[0]?.name;
			const end = status?.conditions?.find(
				(one) => one.status === "True" && (one.type === "Complete" || one.type === "Failed"),
			);
			if (cronJob === undefined || end === undefined) continue;
			const at = new Date(metadata?.creationTimestamp ?? 0).getTime();
			if (at >= (this.#ended.get(cronJob)?.at ?? 0)) this.#ended.set(cronJob, { at, failed: end.type === "Failed" });
		}
	}

	/**
	 * Asks for a full backup where there is none to begin a restore with, and where none leads past a gap of the archive.
	 * @returns whether one is under way, or cannot be made yet
	 */
	async #full({ backups, away }: Catalogue, jobs: readonly V1Job[], now: number): Promise<boolean> {
		const { access, begun, gaps } = this.#options;
		if (!begun()) return true;
		const whole = backups.filter(({ kind }) => kind !== "logical");
		const gap = await gaps.look(whole.map(({ gtid }) => parseGtidSet(gtid)));
		const running = jobs.some((job) => isFull(job) && !hasEnded(job));
		if (running) return true;
		// A store that is away may hold the first; what leads past a gap is wanted in those that are there.
		const first = whole.length === 0 && away.length === 0 && this.#askedAt === null;
		const again = this.#askedAt === null || now - this.#askedAt >= againMs;
		if (!first && (isEmpty(gap) || !again)) return false;
		const reason = first ? "there is no backup yet" : `the archive has a gap: ${formatGtidSet(gap)}`;
		await startJob(access, cronJobNames.full, { reason: reason.slice(0, longestReason) });
		this.#askedAt = now;
		return true;
	}
}

const isFull = ({ metadata }: V1Job) => metadata?.ownerReferences?.[0]?.name === cronJobNames.full;

const hasEnded = ({ status }: V1Job) =>
	status?.conditions?.some(({ type, status: is }) => is === "True" && (type === "Complete" || type === "Failed")) ??
	false;
