/** An archiver with all that it needs, for tests and for processes that tests kill. */
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { type ArchiveLimits, Archiver } from "../../../runtime/archive/archiver.ts";
import type { Reign } from "../../../runtime/archive/wanted.ts";
import { systemClock } from "../../../runtime/failover/clock.ts";
import { formatGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { Target } from "../../../runtime/mysql/session.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { plainSession } from "../plainSession.ts";

export const cluster = "mysql";

export interface Keys {
	readonly identities: readonly string[];
	readonly recipients: readonly string[];
}

export async function newKeys(): Promise<Keys> {
	const identities = [await generateX25519Identity(), await generateX25519Identity()];
	return { identities, recipients: await Promise.all(identities.map((one) => identityToRecipient(one))) };
}

const quick: ArchiveLimits = {
	flushMs: 100,
	lookMs: 5000,
	settleMs: 1000,
	retryMs: 100,
	spoolBytes: 64 * 2 ** 20,
	segmentBytes: 4 * 2 ** 20,
	largestSegment: 64 * 2 ** 20,
};

export interface ClusterAccess {
	readonly ca: string;
	readonly password: string;
	readonly targets: readonly Target[];
}

export interface Life {
	readonly archiver: Archiver;
	/** What was announced as lost. */
	readonly gaps: string[];
	/** Seconds from a commit until all stores had it. */
	readonly latencies: number[];
	/** What it warned of. */
	readonly warnings: string[];
	stop(): Promise<void>;
}

export interface LifeOptions {
	readonly access: ClusterAccess;
	readonly reign: () => Reign;
	readonly stores: readonly ObjectStore[];
	readonly keys: Pick<Keys, "recipients">;
	readonly limits: Partial<ArchiveLimits>;
	readonly folder: string;
}

export function liveArchiver({ access, reign, stores, keys, limits, folder }: LifeOptions): Life {
	const told = { gaps: [] as string[], latencies: [] as number[], warnings: [] as string[] };
	const stop = new AbortController();
	const log = (...words: unknown[]) => {
		const [given, text] = words as [{ err?: Error }, string?];
		told.warnings.push(`${text ?? ""} ${given.err?.message ?? ""}`);
		if (process.env.ARCHIVE_LOG !== undefined) process.stderr.write(`${JSON.stringify(words, readable)}\n`);
	};
	const archiver = new Archiver({
		...{ cluster, stores, recipients: keys.recipients, folder, clock: systemClock },
		view: { reign: async () => reign(), instances: async () => access.targets },
		connect: plainSession,
		login: async () => ({ user: "archive", password: access.password, ca: access.ca }),
		log: { info: log, warn: log },
		limits: { ...quick, ...limits },
		onArchived: (store, commits) => {
			if (store === null) for (const commit of commits) told.latencies.push(Date.now() / 1000 - commit / 1e6);
		},
		onGap: ({ missing }) => told.gaps.push(formatGtidSet(missing)),
	});
	const running = archiver.run(stop.signal);
	return {
		...{ archiver, ...told },
		stop: async () => {
			stop.abort();
			await running;
		},
	};
}

const readable = (_: string, value: unknown) => (value instanceof Error ? value.stack : value);
