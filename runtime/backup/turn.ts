/** One job at a time: two would copy from the same replica, and one could prune what the other has just written. */
import { type LeaseStore, leaseKeeper } from "../failover/lease.ts";
import { sleep } from "../failover/sleep.ts";

/** Name of the Lease; components/naming.ts declares the rights to it. */
export const turnLease = "mysql-backup";

/** A job that was killed is waited for as long. Milliseconds. */
const durationMs = 30_000;
const renewMs = 5000;

export interface Turn {
	/** Lets the next one begin. */
	end(): Promise<void>;
}

/**
 * Waits as long as it takes: a nightly full backup and an hourly one begin at the same minute, and both are wanted. A
 * turn that is lost, because the API is away, is not given up: two at once only take longer.
 * @throws the reason of `signal`
 */
export async function waitForTurn(store: LeaseStore, self: string, signal: AbortSignal): Promise<Turn> {
	const keeper = leaseKeeper({
		store,
		self,
		times: { durationMs, renewMs, courtesyMs: 0 },
		now: () => performance.now(),
		badlyPlaced: () => false,
		onError: () => {},
	});
	const over = new AbortController();
	while (keeper.remaining() === 0) {
		signal.throwIfAborted();
		await keeper.round();
		if (keeper.remaining() === 0) await sleep(1000, signal);
	}
	const renewing = (async () => {
		while (!over.signal.aborted) {
			await sleep(renewMs, over.signal);
			if (!over.signal.aborted) await keeper.round();
		}
	})();
	return {
		async end() {
			over.abort();
			await renewing;
			await keeper.release().catch(() => {});
		},
	};
}
