/**
 * The invariants, checked while a schedule runs. The quorum condition under which no acknowledged write may be lost:
 * with one acknowledgement a write is on two instances, so **at most one data directory is lost by faults in a schedule**
 * (copies that the watchdog itself discards to clone them anew are its own responsibility and excuse nothing).
 * Crashes, restarts, partitions, stalls, lost answers and stopped processes are excused by nothing either.
 */
import type { ClusterRecord } from "../../runtime/failover/record.ts";
import type { Mysql } from "./mysqlModel.ts";
import { type Loss, leftToPeople, type Remaining } from "./people.ts";
import { RestoredWatch } from "./restoredWatch.ts";
import { type Transaction, TransactionSet } from "./transactions.ts";
import type { World } from "./world.ts";

interface Grant {
	readonly transaction: Transaction;
	/** Who was primary by the record when a replica first had it on disk. */
	readonly primary: string | null;
	readonly term: number;
}

interface Errant extends Transaction {
	readonly at: number;
}

/**
 * What comes after the last look at the chosen one cannot be seen by it, and becomes history; what is lost after the last
 * look at the primary does not keep a replica from being wiped.
 */
const lookMs = 2000;

/** Durably, applied or not. */
function held({ executed, receiver }: Mysql): TransactionSet {
	return executed.join(receiver.retrieved);
}

/** And what it will have executed once it is back: a crash commits what was only in the binary log. */
function surviving(instance: Mysql): TransactionSet {
	const set = held(instance);
	for (const transaction of instance.binlog) set.add(transaction);
	return set;
}

export class Watch {
	readonly #world: World;
	readonly violations: string[] = [];
	#loss: Loss | null = null;
	#lostAt = Number.NEGATIVE_INFINITY;
	#erredSince = false;
	readonly #grants = new Map<number, Grant>();
	readonly #acknowledged: number[] = [];
	#errant: Errant[] = [];
	readonly #wipedAt = new Map<string, number>();
	readonly #restored = new RestoredWatch();
	#writes = 0;
	#forgiven = new TransactionSet();
	#base = new TransactionSet();
	#own: string | undefined;
	/** Of terms before this one, all but what the restored copy held. */
	#givenUp: { readonly before: number; readonly copy: TransactionSet } | null = null;

	constructor(world: World) {
		this.#world = world;
	}

	get acknowledgedWrites(): number {
		return this.#acknowledged.length;
	}

	/** Data are about to be lost by a fault: what is left then decides whether standing still is excused. A lost write never is. */
	losing(lost: Mysql): void {
		const { record, underWay } = this.#world.api;
		const admits = (i: Mysql) => [record, ...underWay].every((one) => one?.uuids[i.name] === i.uuid);
		const others = [...this.#world.instances.values()].filter((i) => i !== lost);
		const remaining = others.map((i): Remaining => {
			const complete = this.#lackedBy(surviving(i)).length === 0;
			const foremost = others.every((other) => this.#historyBeyond(other, i).length === 0);
			return { name: i.name, admitted: admits(i), sound: this.sound(i), complete, foremost };
		});
		this.#lostAt = this.#world.clock.now();
		this.#loss = { lost: lost.name, others: remaining };
	}

	/** What one holds of the history and the other does not. */
	#historyBeyond(one: Mysql, other: Mysql): string[] {
		const errant = new Set(this.#errant.map(({ uuid, number }) => `${uuid.slice(-2)}:${number}`));
		return surviving(one)
			.beyond(surviving(other), undefined)
			.filter((text) => !errant.has(text));
	}

	/** Why the cluster may stand still in the end; null where it may not. */
	get leftToPeople(): string | null {
		const primary = this.#world.api.record?.primary ?? "";
		const lostAt = this.#lostAt;
		const soon = [...this.#wipedAt].filter(([, at]) => at > lostAt && at < lostAt + lookMs);
		const wipedThen = soon.map(([name]) => name);
		return leftToPeople({ primary, loss: this.#loss, wipedThen, erredSince: this.#erredSince });
	}

	/** A transaction that no primary made. */
	erred(transaction: Transaction): void {
		// What is left after a loss is on this one alone, perhaps, and now it is tainted.
		this.#erredSince ||= this.#loss !== null && !this.#world.protected();
		this.#world.note(`errant: ${transaction.uuid.slice(-2)}:${transaction.number}`);
		this.#errant.push({ ...transaction, at: this.#world.clock.now() });
	}

	/** Holds nothing that was never part of the history. */
	sound(instance: Mysql): boolean {
		if (this.#errant.some((t) => instance.executed.has(t))) return false;
		return surviving(instance).beyond(this.#base.join(this.#forgiven), this.#own).length === 0;
	}

	newWrite(): number {
		this.#writes += 1;
		return this.#writes;
	}

	/** A replica has it on disk and is about to acknowledge. */
	granted(transaction: Transaction, _replica: string): void {
		const { write } = transaction;
		if (write === null || this.#grants.has(write)) return;
		const record = this.#world.api.record;
		this.#grants.set(write, { transaction, primary: record?.primary ?? null, term: record?.term ?? 0 });
	}

	/** Data goes, by a fault or to be cloned anew. */
	wiped(instance: Mysql): void {
		this.#wipedAt.set(instance.name, this.#world.clock.now());
		this.#spared(instance, new TransactionSet(), "is wiped");
	}

	/** Its data are a snapshot's from here on. */
	restored(instance: Mysql): void {
		this.#restored.begin(instance, this.#acknowledged);
	}

	/** Its relay log goes, applied or not. */
	purged(instance: Mysql): void {
		if (instance.receiver.relay.length > 0) this.#spared(instance, instance.executed, "loses its relay log");
	}

	/** An acknowledged write is on two instances; only a fault may take one. */
	#spared(instance: Mysql, left: TransactionSet, what: string): void {
		const others = [...this.#world.instances.values()].filter((i) => i !== instance).map(held);
		others.push(left);
		// A copy that an operator wants in place takes the replicas' data: the old primary keeps its own.
		const needed = (this.#loss === null ? 2 : 1) - (this.#seeding ? 1 : 0);
		for (const write of this.#acknowledged) {
			const { transaction } = this.#grants.get(write) as Grant;
			const copies = others.filter((set) => set.has(transaction)).length;
			if (copies >= needed) continue;
			this.violated(`${instance.name} ${what}: write ${write}, acknowledged, is then on ${copies} instances`);
			return;
		}
	}

	get #seeding(): boolean {
		const state = this.#world.api.record?.seed?.state;
		return state === "copying" || state === "undoing";
	}

	/** A client heard that its write was done. */
	acknowledged(write: number, by: string): void {
		const grant = this.#grants.get(write);
		if (grant !== undefined && this.#isGivenUp(grant)) return;
		if (grant === undefined) {
			this.violated(`write ${write}: acknowledged by ${by} alone, no replica has it`);
			return;
		}
		if (grant.primary !== by) {
			this.violated(`write ${write}: acknowledged by ${by} in term ${grant.term}, whose primary is ${grant.primary}`);
		}
		this.#acknowledged.push(write);
	}

	/** The record changed: whoever becomes primary must hold all that counts, and nothing else. */
	recorded(before: ClusterRecord | null, after: ClusterRecord, askedAt: number): void {
		if (before !== null && after.term < before.term)
			this.violated(`the term fell from ${before.term} to ${after.term}`);
		this.#admitted(after);
		if (before?.term === after.term && before.primary === after.primary) return;
		this.#world.note(`record: term ${after.term}, primary ${after.primary}`);
		const chosen = this.#world.mysql(after.primary);
		const replaced = before?.seed?.state === "copying" && after.seed?.state === "opening";
		// It had all when it was last looked at and lost it on the way: such a primary is never opened. A copy wipes too.
		const lookedAt = replaced ? askedAt : askedAt - lookMs;
		if ((this.#wipedAt.get(chosen.name) ?? Number.NEGATIVE_INFINITY) > lookedAt) return;
		const has = held(chosen);
		if (replaced) this.#replaced(after);
		else if (before !== null) this.#promoted(after, has, askedAt);
		this.#base = chosen.executed.copy();
		this.#own = chosen.uuid;
	}

	#admitted(record: ClusterRecord): void {
		for (const { instance, before } of this.#restored.counted(this.#world, record)) {
			const lacks = this.#lackedBy(held(instance)).filter((write) => before.includes(write));
			if (lacks.length > 0)
				this.violated(`${instance.name} counts again without writes ${lacks.slice(0, 5).join(" ")}`);
		}
	}

	/** It accepts writes from here on. */
	opened(instance: Mysql): void {
		const { record } = this.#world.api;
		if (record?.primary === instance.name) this.missing(`opened in term ${record.term}`, instance.name, held(instance));
	}

	#promoted({ term, primary }: ClusterRecord, has: TransactionSet, askedAt: number): void {
		this.#forgive(has, askedAt);
		this.missing(`promoted in term ${term}`, primary, has);
		const errant = has.beyond(this.#base.join(this.#forgiven), this.#own);
		if (errant.length > 0) this.violated(`${primary} is promoted with errant ${errant.join(" ")}`);
		if (has.empty && !this.#base.empty) this.violated(`${primary} is promoted although it is empty`);
	}

	/** What a restored copy does not hold is given up, and what it holds is all that counts. */
	#replaced({ term, seed }: ClusterRecord): void {
		const copy = this.#world.donor?.executed ?? new TransactionSet();
		for (const name of [seed?.first, seed?.second]) {
			const own = held(this.#world.mysql(name ?? ""));
			const wrong = [...own.beyond(copy, undefined), ...copy.beyond(own, undefined)];
			if (wrong.length > 0) this.violated(`${name} does not hold the restored copy: ${wrong.join(" ")}`);
		}
		this.#givenUp = { before: term, copy: copy.copy() };
		const kept = this.#acknowledged.filter((w) => !this.#isGivenUp(this.#grants.get(w) as Grant));
		this.#acknowledged.splice(0, Number.POSITIVE_INFINITY, ...kept);
	}

	#isGivenUp({ transaction, term }: Grant): boolean {
		return this.#givenUp !== null && term < this.#givenUp.before && !this.#givenUp.copy.has(transaction);
	}

	#forgive(held: TransactionSet, askedAt: number): void {
		const young = this.#errant.filter((t) => held.has(t) && askedAt - t.at < lookMs);
		for (const transaction of young) this.#forgiven.add(transaction);
		this.#errant = this.#errant.filter((t) => !young.includes(t));
	}

	/** Every acknowledged write must be in the set. */
	missing(when: string, name: string, held: TransactionSet): void {
		const lost = this.#lackedBy(held);
		if (lost.length > 0)
			this.violated(`${name}, ${when}, lacks acknowledged writes ${lost.slice(0, 5).join(" ")} (${lost.length})`);
	}

	#lackedBy(held: TransactionSet): number[] {
		return this.#acknowledged.filter((w) => !held.has((this.#grants.get(w) as Grant).transaction));
	}

	violated(what: string): void {
		this.#world.note(`VIOLATION ${what}`);
		this.violations.push(what);
	}
}
