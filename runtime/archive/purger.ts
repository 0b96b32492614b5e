/** Lets each instance's binary logs go when they are archived: mysqld itself does not know when that is. */
import type { Logger } from "pino";
import type { KeptAlert } from "../failover/alerts.ts";
import type { Clock } from "../failover/clock.ts";
import { emptySet, type GtidSet, isEmpty } from "../mysql/gtidSet.ts";
import type { Session, Target } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";
import { type BinaryLog, listBinaryLogs, previousGtids } from "./binaryLogs.ts";
import type { ClusterView } from "./clusterView.ts";
import type { Look, Looker } from "./look.ts";
import { decidePurge, type LogFacts } from "./purge.ts";
import { wantedOf } from "./wanted.ts";

export interface PurgerOptions {
	readonly view: ClusterView;
	readonly looker: Looker;
	/** What every store has, and no failover can take back; null while that is not known. */
	readonly archived: () => GtidSet | null;
	readonly clock: Clock;
	readonly log: Pick<Logger, "info" | "warn">;
	/** Between two rounds, ms. */
	readonly periodMs: number;
	/** Bytes that the binary logs of an instance may take; null where its volume's size is not known. */
	readonly bound: number | null;
	/** ms; default {@link marginMs} */
	readonly marginMs?: number;
}

/** Two days: an instance that was away for a weekend catches up without being rebuilt. */
export const marginMs = 48 * 3_600_000;

export class Purger {
	readonly #options: PurgerOptions;
	/** Of a server's file: what lies before it, and when it was first seen to be finished. */
	readonly #previous = new Map<string, GtidSet>();
	readonly #finishedAt = new Map<string, number>();
	#alerts: readonly KeptAlert[] = [];

	constructor(options: PurgerOptions) {
		this.#options = options;
	}

	/** What the last round found. */
	get alerts(): readonly KeptAlert[] {
		return this.#alerts;
	}

	/** Until it is told to stop. */
	async run(stop: AbortSignal): Promise<void> {
		const { clock, periodMs, log } = this.#options;
		while (!stop.aborted) {
			await this.round().catch((err) => log.warn({ err }, "binary logs could not be purged"));
			await clock.sleep(periodMs, stop);
		}
	}

	async round(): Promise<void> {
		const { view, looker, archived } = this.#options;
		const [reign, targets] = [await view.reign(), await view.instances()];
		const has = archived();
		if (reign === null || has === null) return;
		const looks = new Map((await looker.all(targets)).map((look) => [look.name, look]));
		const members = Object.keys(reign.uuids);
		const tight: boolean[] = [];
		for (const look of looks.values()) {
			const others = members.filter((name) => name !== look.name).map((name) => looks.get(name)?.executed ?? null);
			tight.push(await this.#purge(look, { archived: has, others, wanted: wantedOf(reign) }));
		}
		this.#alerts = tight.includes(true) ? ["archiveSacrificed"] : [];
	}

	/** @returns whether room is short, or something was sacrificed */
	async #purge(
		{ name, target, uuid }: Look,
		given: Pick<Parameters<typeof decidePurge>[0], "archived" | "others" | "wanted">,
	): Promise<boolean> {
		const { bound, log, looker } = this.#options;
		const logs = await looker.run(target, (session, ms) => this.#logs(session, uuid, ms));
		const decision = decidePurge({ ...given, logs, bound, marginMs: this.#options.marginMs ?? marginMs });
		if (decision.to === null) return decision.tight;
		if (!isEmpty(decision.sacrificed))
			log.warn({ instance: name, ...decision }, "binary logs go although not archived");
		await this.#let(target, decision.to);
		log.info({ instance: name, to: decision.to }, "binary logs were purged");
		return decision.tight;
	}

	#let(target: Target, to: string): Promise<unknown> {
		return this.#options.looker.run(target, (session, ms) => session.run(`PURGE BINARY LOGS TO ${sqlString(to)}`, ms));
	}

	async #logs(session: Session, uuid: string, ms: number): Promise<LogFacts[]> {
		const logs = await listBinaryLogs(session, ms);
		const now = this.#options.clock.now();
		const facts: LogFacts[] = [];
		for (const [i, { name, bytes }] of logs.entries()) {
			const next = logs[i + 1];
			const through = next === undefined ? null : await this.#before(session, uuid, next, ms);
			const finishedAt = this.#finishedAt.get(`${uuid}/${name}`) ?? now;
			if (next !== undefined) this.#finishedAt.set(`${uuid}/${name}`, finishedAt);
			// The last one stays whatever it holds.
			facts.push({ name, bytes, through: through ?? emptySet, ageMs: now - finishedAt });
		}
		return facts;
	}

	async #before(session: Session, uuid: string, { name }: BinaryLog, ms: number): Promise<GtidSet> {
		const key = `${uuid}/${name}`;
		const known = this.#previous.get(key) ?? (await previousGtids(session, name, ms));
		this.#previous.set(key, known);
		return known;
	}
}
