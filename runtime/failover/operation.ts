/** What an act may use: the instances by name, the cluster's objects, the lease's time, a timeline. */
import type { Instance } from "../mysql/instance.ts";
import { LostLeaseError } from "./cancel.ts";
import type { Clock } from "./clock.ts";
import type { ClusterStore, Versioned } from "./clusterStore.ts";
import type { Facts } from "./decide.ts";
import type { Phase, Witness } from "./observer.ts";
import type { Change, ClusterRecord } from "./record.ts";
import type { StatefulSet } from "./statefulSet.ts";
import type { View } from "./view.ts";
import type { Volumes } from "./volumes.ts";

export interface Limits {
	/** For one statement. */
	readonly statementMs: number;
	/** For the candidate's applier to finish what it holds. */
	readonly catchUpMs: number;
	/** For the writers of a planned switchover to finish. */
	readonly drainMs: number;
}

export interface Operation {
	readonly view: View;
	readonly facts: Facts;
	readonly limits: Limits;
	readonly store: ClusterStore;
	readonly statefulSet: StatefulSet;
	readonly volumes: Omit<Volumes, "seen" | "run">;
	/** Opens a session of this operation's own. @throws when it cannot be reached. */
	readonly instance: (name: string) => Promise<Instance>;
	readonly addressOf: (name: string) => string | null;
	/** Milliseconds for which the lease lasts. */
	readonly leaseMs: () => number;
	/** The record as last read or saved. */
	readonly current: () => Versioned;
	/** Compare and swap, one after the other: `update` is given the newest record. */
	readonly save: (update: (record: ClusterRecord) => ClusterRecord) => Promise<void>;
	/** Writes the first record. @throws when there is one. */
	readonly create: (record: ClusterRecord) => Promise<void>;
	/** The wall clock, for the timeline. */
	readonly now: () => Date;
	/** The monotonic clock, for limits. */
	readonly clock: Clock;
	readonly log: (step: string) => void;
	/** Who is told of each step of a change. */
	readonly witness?: Witness;
}

/** Less than this is left for the answer to come back and for the next check. */
const margin = 250;

/**
 * The deadline for one mutating call: it ends before the lease does.
 *
 * @throws LostLeaseError when there is no time left in which to act.
 */
export function deadline(operation: Operation, wantedMs: number): number {
	const left = operation.leaseMs() - margin;
	if (left <= 0) throw new LostLeaseError("the lease ends: stopping here");
	return Math.min(wantedMs, left);
}

/**
 * Before a call that has a deadline of its own.
 *
 * @throws LostLeaseError as above.
 */
export function requireLease(operation: Operation): void {
	deadline(operation, 0);
}

/** Notes what was done and when, in the log and for the record. */
export class Timeline {
	readonly #operation: Operation;
	readonly #start: Omit<Change, "finishedAt" | "steps">;
	readonly #steps: Change["steps"] = [];

	constructor(operation: Operation, start: Omit<Change, "finishedAt" | "steps" | "startedAt">) {
		this.#operation = operation;
		const lastOpenAt = operation.witness?.lastOpenAt() ?? null;
		this.#start = {
			...start,
			startedAt: operation.now().toISOString(),
			...(operation.witness === undefined ? {} : { leader: operation.witness.self }),
			...(lastOpenAt === null ? {} : { lastOpenAt }),
		};
	}

	step(step: string, phase?: Phase): void {
		this.#steps.push({ at: this.#operation.now().toISOString(), step, ...(phase === undefined ? {} : { phase }) });
		this.#operation.log(step);
		this.#operation.witness?.step(step, phase ?? null);
	}

	change(more: Partial<Change> = {}): Change {
		return { ...this.#start, ...more, steps: [...this.#steps], finishedAt: more.finishedAt ?? null };
	}

	finished(more: Partial<Change> = {}): Change {
		return this.change({ ...more, finishedAt: this.#operation.now().toISOString() });
	}
}

/** The record, when there must be one. */
export function recorded(operation: Operation): ClusterRecord {
	const { record } = operation.current();
	if (record === null) throw new Error("there is no cluster record");
	return record;
}
