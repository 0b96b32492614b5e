/** What a row is given: the actors by their roles when it began, and the ways to wait for what it promises. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../local/site/waiting.ts";
import type { ClusterRecord } from "../../runtime/failover/record.ts";
import type { Bench } from "./bench/bench.ts";
import type { DatabaseInstance } from "./bench/instance.ts";
import type { Watchdog } from "./bench/watchdog.ts";
import type { Ledger } from "./workload/ledger.ts";

/** A promise of the catalogue did not hold. */
export class BrokenPromise extends Error {
	override readonly name = "BrokenPromise";
}

/** Seconds until something that must come has come, on a machine that does much else. */
const patience = 30;

/** An answer may be on its way, to a client that waits for its turn. */
const slackMs = 250;

export class Stage {
	readonly bench: Bench;
	readonly ledger: Ledger;
	readonly primary: DatabaseInstance;
	readonly replicas: readonly [DatabaseInstance, DatabaseInstance];
	readonly leader: Watchdog;
	readonly term: number;
	/** How often this row was played before: rows with several moments take another one each time. */
	readonly round: number;
	/** When the row's fault happened; ms since 1970. */
	faultAt: number | null = null;

	private constructor(bench: Bench, ledger: Ledger, record: ClusterRecord, leader: Watchdog, round: number) {
		this.bench = bench;
		this.ledger = ledger;
		this.primary = bench.instance(record.primary);
		const [one, other] = bench.instances.filter((each) => each !== this.primary);
		if (one === undefined || other === undefined) throw new Error("the bench has fewer than three instances");
		this.replicas = [one, other];
		this.leader = leader;
		this.term = record.term;
		this.round = round;
	}

	static async set(bench: Bench, ledger: Ledger, round: number): Promise<Stage> {
		const [record, status] = await Promise.all([bench.record(), bench.protected()]);
		const leader = bench.watchdogs.find(({ name }) => name === status.watchdog.leader);
		if (record === null || leader === undefined) throw new Error("nobody leads");
		return new Stage(bench, ledger, record, leader, round);
	}

	/** This round's one of several cases. */
	turn<T>(cases: readonly T[]): T {
		return cases[this.round % cases.length] as T;
	}

	/** From here on what is lost is the row's doing. */
	fault(): void {
		this.faultAt = performance.timeOrigin + performance.now();
	}

	/** Waits for a term after `term`, and for writes in it. */
	async promoted(term: number = this.term): Promise<DatabaseInstance> {
		const record = await this.newTerm(term);
		await this.ledger.more(20);
		return this.bench.instance(record.primary);
	}

	async newTerm(term: number = this.term): Promise<ClusterRecord> {
		return until(
			`a term after ${term}`,
			patience,
			async () => {
				const record = await this.bench.record();
				return record !== null && record.term > term && record;
			},
			{ every: 5 },
		);
	}

	/** That the old primary told nobody of a commit once its acknowledgements were revoked. */
	async silencedByTheFence(): Promise<void> {
		const { lastChange } = (await this.bench.record()) ?? {};
		const fence = lastChange?.steps.find(({ step }) => step.startsWith("acknowledgements revoked"));
		if (fence === undefined) throw new Error(`the record tells of no fence: ${lastChange?.kind}`);
		const late = (await this.ledger.entries()).filter(
			({ instance, at }) => instance === this.primary.name && at > Date.parse(fence.at) + slackMs,
		);
		this.holds(late.length === 0, `${this.primary.name} acknowledged ${late.length} writes after its fence`);
	}

	async alert(name: string): Promise<void> {
		await until(`alert ${name}`, patience, async () => {
			const status = await this.bench.status();
			return status?.alerts.includes(name as never);
		});
	}

	/** That something does not happen can only be seen by looking for a while. */
	async sameTermFor(seconds: number, term: number = this.term): Promise<void> {
		for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(100)) {
			const record = await this.bench.record();
			if (record !== null && record.term !== term) {
				throw new BrokenPromise(`${record.primary} was promoted: ${record.lastChange?.reason}`);
			}
		}
	}

	holds(condition: boolean, broken: string): void {
		if (!condition) throw new BrokenPromise(broken);
	}
}
