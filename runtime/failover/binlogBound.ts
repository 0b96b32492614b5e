/** A bound for the binary logs where nobody archives: the archiver lets them go, and it may be dead for days. */
import type { Logger } from "pino";
import { Looker } from "../archive/look.ts";
import { Purger } from "../archive/purger.ts";
import type { Reign } from "../archive/wanted.ts";
import { emptySet } from "../mysql/gtidSet.ts";
import type { Connect, Login, Target } from "../mysql/session.ts";
import type { TendedAlert } from "./alerts.ts";
import type { Clock } from "./clock.ts";
import type { LeaderOptions } from "./leader.ts";

export interface BinlogBoundOptions {
	/** Bytes that the binary logs of an instance may take at most. */
	readonly bytes: number;
	readonly reign: () => Reign | null;
	readonly members: readonly string[];
	readonly target: (name: string) => Target | null;
	readonly connect: Connect;
	readonly login: Login;
	readonly statementMs: number;
	readonly log: Logger;
	readonly clock: Clock;
}

const periodMs = 60_000;

/** Of an instance's volume: the data need the rest, and a full volume stops every commit. */
export const binlogShare = 0.3;
/**
 * Beyond its share the watchdog takes over: an archiver that lives has let go of the oldest before, and knows what is
 * archived; the watchdog does not, and takes all for unarchived.
 */
const beyond = 1.1;

/** @returns null where the volume's size is not known */
export function binlogBoundBytes(volumeBytes: number | undefined): number | null {
	return volumeBytes === undefined ? null : volumeBytes * binlogShare * beyond;
}

/** @returns null where there is no bound */
export function binlogBound(leader: LeaderOptions, reign: () => Reign | null): BinlogBound | null {
	const { binlogBytes: bytes, facts, limits, target, connect, login, log, clock } = leader;
	if (bytes === null) return null;
	const { statementMs } = limits;
	return new BinlogBound({ bytes, reign, members: facts.members, target, connect, login, statementMs, log, clock });
}

/**
 * While it leads: the oldest binary logs go above the bound, archived or not, since a full volume stops the database,
 * which would lose more. Above three quarters of it an alert is raised.
 */
export class BinlogBound {
	readonly #purger: Purger;
	readonly #looker: Looker;

	constructor({ bytes, reign, members, target, statementMs, login, ...options }: BinlogBoundOptions) {
		this.#looker = new Looker({ connect: options.connect, login: async () => login, deadlineMs: statementMs });
		this.#purger = new Purger({
			...options,
			view: {
				reign: async () => reign(),
				instances: async () => members.flatMap((name) => target(name) ?? []),
			},
			looker: this.#looker,
			// Nothing is known of the archive here: what goes, goes because of the bound alone.
			archived: () => emptySet,
			periodMs,
			bound: bytes,
		});
	}

	get alerts(): readonly TendedAlert[] {
		return this.#purger.alerts.length > 0 ? ["binaryLogsFill"] : [];
	}

	/** Until it is told to stop. */
	async run(stop: AbortSignal): Promise<void> {
		await this.#purger.run(stop);
		this.#looker.close();
	}
}
