/** What a leader does in its own time, beside its rounds: certificates, and looking at volumes and for damaged data. */
import type { Instance } from "../mysql/instance.ts";
import { readPageDamage } from "../mysql/pageDamage.ts";
import type { Session } from "../mysql/session.ts";
import { keepCertificates } from "./certificateUpkeep.ts";
import { type DamageSources, watchDamage } from "./damageWatch.ts";
import type { LeaderOptions } from "./leader.ts";
import type { RecordKeeper } from "./recordKeeper.ts";
import { type Rooms, watchRoom } from "./roomWatch.ts";
import type { Volumes } from "./volumes.ts";

export interface TendingOptions {
	/** Renews certificates that are due. */
	readonly refreshCredentials: () => Promise<unknown>;
	readonly volumes: Volumes;
	/** Where else damaged data are told of; null: nobody asks the instances of damage and room. */
	readonly damage: Pick<DamageSources, "copied"> | null;
}

export interface TendingMeans {
	readonly instance: (name: string) => Promise<Instance>;
	readonly session: (name: string) => Promise<Session>;
	readonly keeper: RecordKeeper;
	readonly rooms: Rooms;
}

/** All of it goes on until `stop`. */
export function tend(options: LeaderOptions, means: TendingMeans, stop: AbortSignal): void {
	const { instance, session, keeper, rooms } = means;
	const { facts, limits, log, refreshCredentials, clock, volumes, damage, pods } = options;
	const { members } = facts;
	const { statementMs } = limits;
	void keepCertificates({ refresh: refreshCredentials, members, instance, statementMs, log, clock }, stop);
	void volumes.run(members, stop);
	if (damage === null) return;
	const said = async (name: string) => readPageDamage(await session(name), statementMs);
	const sources = { said, pods: () => pods.database(), copied: damage.copied };
	const record = () => keeper.versioned.record;
	void watchRoom({ members, session, rooms, statementMs, clock }, stop);
	void watchDamage({ ...sources, members, record, save: (update) => keeper.save(update), log, clock }, stop);
}
