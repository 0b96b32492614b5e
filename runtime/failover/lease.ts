/**
 * One leader among the watchdogs, by a Lease. The pure part says what to do with what was read; the
 * keeper does it. Only intervals of this process's monotonic clock are compared, never the clocks of
 * two machines (as client-go's leader election does it).
 */
import type { V1Lease } from "@kubernetes/client-node";

export interface LeaseStore {
	/** Null when there is none yet. */
	read(): Promise<V1Lease | null>;
	/** Creates or replaces by resourceVersion; throws when somebody was quicker. */
	write(lease: V1Lease): Promise<V1Lease>;
}

export interface LeaseTimes {
	readonly durationMs: number;
	readonly renewMs: number;
	/** How long a candidate that is badly placed lets the others go first. */
	readonly courtesyMs: number;
}

/** What a candidate remembers of a lease that another holds. */
export interface Sighting {
	readonly version: string;
	/** Monotonic time at which this version was first seen. */
	readonly seenAt: number;
}

export type LeaseMove = "renew" | "take" | "watch";

export interface LeaseQuestion {
	readonly lease: V1Lease | null;
	readonly self: string;
	readonly sighting: Sighting | null;
	readonly now: number;
	/** True when this watchdog stands in the primary's zone: then others should lead. */
	readonly badlyPlaced: boolean;
}

export function leaseMove(question: LeaseQuestion, times: LeaseTimes): LeaseMove {
	const { lease, self, sighting, now, badlyPlaced } = question;
	const holder = lease?.spec?.holderIdentity ?? "";
	if (holder === self) return "renew";
	if (lease === null || sighting === null) return lease === null ? "take" : "watch";
	return now >= vacantAt(holder, sighting, badlyPlaced, times) ? "take" : "watch";
}

/** When a candidate may take what it saw unchanged since `sighting`. */
function vacantAt(holder: string, sighting: Sighting, badlyPlaced: boolean, times: LeaseTimes): number {
	const courtesy = badlyPlaced ? times.courtesyMs : 0;
	return sighting.seenAt + (holder === "" ? courtesy : times.durationMs + courtesy);
}

export interface LeaseKeeper {
	/** One round: read or renew, take, or watch. Never throws: a failed round is a round without a lease. */
	round(): Promise<void>;
	/** Milliseconds for which this watchdog may act; 0 when it does not lead. */
	remaining(): number;
	/** Milliseconds until it may be taken from a holder that is not heard of again; infinite while held by this one. */
	vacantIn(): number;
	/** The leader's name as last seen. */
	leader(): string | null;
	/** Gives the lease up at once, so that another need not wait for it to expire. */
	release(): Promise<void>;
}

export interface LeaseOptions {
	readonly store: LeaseStore;
	readonly self: string;
	readonly times: LeaseTimes;
	/** Monotonic milliseconds. */
	readonly now: () => number;
	readonly badlyPlaced: () => boolean;
	readonly onError: (error: unknown) => void;
}

export function leaseKeeper(options: LeaseOptions): LeaseKeeper {
	const { store, self, times, now } = options;
	let lease: V1Lease | null = null;
	let sighting: Sighting | null = null;
	let heldUntil = 0;

	const note = (seen: V1Lease | null) => {
		lease = seen;
		const version = seen?.metadata?.resourceVersion;
		if (version !== undefined && version !== sighting?.version) sighting = { version, seenAt: now() };
	};
	const hold = async (move: LeaseMove) => {
		// Counted from before the request: the store may have set the time at any moment since.
		const asked = now();
		note(await store.write(claim(lease, self, times, move)));
		heldUntil = asked + times.durationMs;
	};
	return {
		async round() {
			try {
				// A leader renews what it wrote last; anybody else looks first.
				if (heldUntil <= now()) note(await store.read());
				const move = leaseMove({ lease, self, sighting, now: now(), badlyPlaced: options.badlyPlaced() }, times);
				if (move !== "watch") await hold(move);
			} catch (error) {
				options.onError(error);
				// Somebody was quicker, or nobody answered: look again before anything else.
				await store.read().then(note, () => {});
			}
		},
		remaining: () => Math.max(0, heldUntil - now()),
		vacantIn() {
			const holder = lease?.spec?.holderIdentity ?? "";
			if (sighting === null || holder === self) return Number.POSITIVE_INFINITY;
			return Math.max(0, vacantAt(holder, sighting, options.badlyPlaced(), times) - now());
		},
		leader: () => lease?.spec?.holderIdentity || null,
		async release() {
			if (heldUntil <= now() || lease === null) return;
			heldUntil = 0;
			note(await store.write({ ...lease, spec: { ...lease.spec, holderIdentity: "" } }));
		},
	};
}

function claim(lease: V1Lease | null, self: string, times: LeaseTimes, move: LeaseMove): V1Lease {
	const before = lease?.spec;
	const wall = new Date();
	const changes = (before?.leaseTransitions ?? 0) + (move === "take" ? 1 : 0);
	return {
		...lease,
		spec: {
			...before,
			holderIdentity: self,
			leaseDurationSeconds: Math.ceil(times.durationMs / 1000),
			acquireTime: (move === "take" ? wall : (before?.acquireTime ?? wall)) as never,
			renewTime: wall as never,
			leaseTransitions: changes,
		},
	};
}
