/** What the archiver sees of an instance. */
import { type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import type { Connect, Login, Session, Target } from "../mysql/session.ts";

export interface Look {
	readonly name: string;
	readonly target: Target;
	readonly uuid: string;
	readonly executed: GtidSet;
	/** What its binary logs hold no longer. */
	readonly purged: GtidSet;
	/** Its receiver and its applier run. */
	readonly replicating: boolean;
}

/** The cluster's own channel alone: with an import's taken for it, a primary would look like a replica. */
const sql = `SELECT @@server_uuid AS uuid, @@GLOBAL.gtid_executed AS executed, @@GLOBAL.gtid_purged AS purged;
SHOW REPLICA STATUS FOR CHANNEL ''`;

export async function look(session: Session, target: Target, deadlineMs: number): Promise<Look> {
	const [[row] = [], [replica] = []] = await session.run(sql, deadlineMs);
	const running = [replica?.Replica_IO_Running, replica?.Replica_SQL_Running];
	return {
		name: target.name,
		target,
		uuid: String(row?.uuid ?? ""),
		executed: parseGtidSet(String(row?.executed ?? "")),
		purged: parseGtidSet(String(row?.purged ?? "")),
		replicating: running.every((state) => state === "Yes"),
	};
}

export interface LookerOptions {
	readonly connect: Connect;
	/** Asked anew for each connection: passwords and certificates are renewed. */
	readonly login: () => Promise<Login>;
	readonly deadlineMs: number;
}

/** Keeps a connection to each instance. */
export class Looker {
	readonly #options: LookerOptions;
	readonly #sessions = new Map<string, Session>();

	constructor(options: LookerOptions) {
		this.#options = options;
	}

	/** Those that answered in time. */
	async all(targets: readonly Target[]): Promise<Look[]> {
		const looks = await Promise.all(targets.map((target) => this.#look(target).catch(() => null)));
		return looks.flatMap((one) => one ?? []);
	}

	/** Runs statements on one of them. @throws what the session throws; the connection is then gone */
	async run<T>(target: Target, work: (session: Session, deadlineMs: number) => Promise<T>): Promise<T> {
		const key = `${target.name} ${target.address}:${target.port}`;
		let session = this.#sessions.get(key);
		if (session === undefined || session.closed) {
			const { connect, login, deadlineMs } = this.#options;
			session = await connect(target, await login(), deadlineMs);
			this.#sessions.get(key)?.close();
			this.#sessions.set(key, session);
		}
		try {
			return await work(session, this.#options.deadlineMs);
		} catch (error) {
			session.close();
			throw error;
		}
	}

	close(): void {
		for (const session of this.#sessions.values()) session.close();
	}

	#look(target: Target): Promise<Look> {
		return this.run(target, (session, ms) => look(session, target, ms));
	}
}
