/** Clients that commit once each and wait for the answer however long it takes, unlike those of the ledger. */
import { until } from "../../../local/site/waiting.ts";
import { storedIds } from "../../../runtime/drill/verify.ts";
import { ledgerTable } from "../../../runtime/drill/writer.ts";
import type { Session } from "../../../runtime/mysql/session.ts";
import type { Bench } from "../bench/bench.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { asRoot } from "../bench/rootSession.ts";
import { openDrill } from "./ledger.ts";

/** Far from what the ledger's clients come to. */
const firstId = 800_000_000;
const patienceMs = 300_000;

export class PatientCommits {
	readonly #bench: Bench;
	readonly #instance: DatabaseInstance;
	readonly #sessions: readonly Session[];
	readonly #told: number[] = [];
	#answers: readonly Promise<void>[] = [];

	private constructor(bench: Bench, instance: DatabaseInstance, sessions: readonly Session[]) {
		this.#bench = bench;
		this.#instance = instance;
		this.#sessions = sessions;
	}

	/** Logs the clients in. */
	static async at(bench: Bench, instance: DatabaseInstance, count: number): Promise<PatientCommits> {
		const sessions = await Promise.all(Array.from({ length: count }, () => openDrill(bench, instance.name)));
		return new PatientCommits(bench, instance, sessions);
	}

	/** They commit; returns when each of them waits in its commit. */
	async begin(): Promise<void> {
		this.#answers = this.#sessions.map(async (session, n) => {
			const id = firstId + n;
			const answer = session.run(`INSERT INTO ${ledgerTable} (id) VALUES (${id})`, patienceMs);
			// An error says nothing of the outcome: only who was told "done" relies on it.
			await answer.then(
				() => this.#told.push(id),
				() => {},
			);
		});
		const question = `SELECT COUNT(*) AS waiting FROM performance_schema.threads
			WHERE PROCESSLIST_INFO LIKE '%${firstId.toString().slice(0, 5)}%' AND PROCESSLIST_INFO LIKE 'INSERT%'
			AND PROCESSLIST_STATE IN ('waiting for handler commit', 'Waiting for semi-sync ACK from replica')`;
		await until("the commits wait", 20, async () => {
			const [[row]] = (await asRoot(this.#bench, this.#instance, [question])) as [[{ waiting: number }]];
			return Number(row.waiting) === this.#sessions.length;
		});
	}

	/** Waits for every client's answer. @returns how many were told "done" of what the instance does not have */
	async missingOn(name: string): Promise<number> {
		await Promise.all(this.#answers);
		const session = await openDrill(this.#bench, name);
		try {
			const stored = await storedIds(session);
			return this.#told.filter((id) => !stored.has(id)).length;
		} finally {
			session.close();
		}
	}

	close(): void {
		for (const session of this.#sessions) session.close();
	}
}
