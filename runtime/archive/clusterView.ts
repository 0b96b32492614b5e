/** What the archiver must know of a cluster, however it comes to know it. It changes nothing there. */
import type { Target } from "../mysql/session.ts";
import type { Reign } from "./wanted.ts";

export interface ClusterView {
	/**
	 * As it is now: transactions that were read before the question belong to no later term.
	 * @returns null while the cluster was never initialised
	 * @throws when it cannot be asked
	 */
	reign(): Promise<Reign | null>;
	/** Where instances listen, ready or not; as last known where that cannot be asked. */
	instances(): Promise<readonly Target[]>;
}
