/** One stretch of the archive: from one instance, in one term. What ends it leads to the next, which begins where the archive then is. */
import { emptySet, type GtidSet, isEmpty, union } from "../mysql/gtidSet.ts";
import type { Archiver } from "./archiver.ts";
import { beginningFor, listBinaryLogs, previousGtids } from "./binaryLogs.ts";
import { type ChainEnd, withoutOrphans } from "./chain.ts";
import { chooseSource, type Source } from "./chooseSource.ts";
import { nextSegment } from "./cut.ts";
import { Follower } from "./follower.ts";
import type { Look } from "./look.ts";
import { sealSegment } from "./seal.ts";
import type { Arrived } from "./spool.ts";
import { assertRoom, fitting } from "./transactionRoom.ts";
import { type Reign, type Sifted, sift, wantedOf } from "./wanted.ts";

export interface Ending {
	readonly reason: string;
	/** An instance that does not give what others have. */
	readonly avoid: string | null;
}

/** Rounds in a row: one slow answer of a replica must not lead to the primary. */
const patience = { other: 2, primary: 3, stalled: 6 } as const;

export class FollowSession {
	readonly #archiver: Archiver;
	readonly #reign: Reign;
	readonly #avoid: string | null;
	#source: Source | null = null;
	#follower: Follower | null = null;
	#missing: GtidSet = emptySet;
	#baseline: GtidSet = emptySet;
	/** Ends a rest: told to stop, or the source's process has ended. One for all rests: what waits on them lives for days. */
	readonly #wake = new AbortController();
	#full = false;
	#elsewhere = 0;
	#stalled = 0;

	constructor(archiver: Archiver, reign: Reign, avoid: string | null) {
		this.#archiver = archiver;
		this.#reign = reign;
		this.#avoid = avoid;
	}

	get source(): Source | null {
		return this.#source;
	}

	async run(stop: AbortSignal): Promise<Ending> {
		const over = new AbortController();
		const end = () => {
			over.abort();
			this.#wake.abort();
		};
		stop.addEventListener("abort", end, { once: true });
		try {
			const begun = await this.#begin(stop);
			if (begun !== null) return begun;
			const guarding = this.#guard(over.signal);
			for (let rounds = 0; ; rounds++) {
				this.#archiver.roundBegins(rounds > 0);
				const ending = stop.aborted ? this.#ending("told to stop") : await this.#round(stop);
				if (ending !== null) {
					over.abort();
					await guarding;
					return ending;
				}
			}
		} finally {
			over.abort();
			stop.removeEventListener("abort", end);
			await this.#follower?.stop();
		}
	}

	#ending(reason: string, avoid: string | null = this.#avoid): Ending {
		return { reason, avoid };
	}

	async #begin(stop: AbortSignal): Promise<Ending | null> {
		const { options, looker, spool, alerts, keeper } = this.#archiver;
		const { clock, limits } = options;
		const source = this.#choose(await looker.all(await options.view.instances()), null);
		if (source === null) {
			await clock.sleep(limits.flushMs, stop);
			return this.#ending("no instance could be read");
		}
		const { target } = source.look;
		const wanted = wantedOf(this.#reign);
		const empty = keeper.end().number === 0;
		const beginning = await looker.run(target, async (session, ms) =>
			beginningFor(await listBinaryLogs(session, ms), (name) => previousGtids(session, name, ms), {
				wanted,
				position: this.#position(),
			}),
		);
		if (empty) this.#baseline = wanted(beginning.previous);
		else this.#missing = beginning.missing;
		set(alerts, "archiveGap", !isEmpty(this.#missing));
		await spool.clear();
		const place = { folder: spool.folder, secrets: `${options.folder}/secrets` };
		this.#follower = await Follower.begin({ target, login: await options.login(), file: beginning.file, ...place });
		void this.#follower.ending.then(() => this.#wake.abort());
		this.#source = source;
		options.log.info({ source: source.look.name, role: source.role, file: beginning.file }, "following");
		return null;
	}

	/** @returns why it is over, or null */
	async #round(stop: AbortSignal): Promise<Ending | null> {
		const { options, looker, spool } = this.#archiver;
		const ended = this.#follower?.ended ?? null;
		const came = await spool.look(options.limits.segmentBytes);
		const arrived = came === null ? null : fitting(came, options.limits);
		// After what has come: what was read before a term began is known not to be of it.
		const reign = await this.#currentReign();
		if (reign.term !== this.#reign.term) return this.#ending(`term ${reign.term} has begun`);
		const looks = await looker.all(await options.view.instances());
		const seenAt = options.clock.wall();
		const moved = this.#compareSource(looks);
		if (moved !== null) return moved;
		this.#witness(looks, seenAt);
		const progressed = arrived === null ? false : await this.#archive(arrived, stop);
		if (arrived?.more === true && progressed) return null;
		if (ended !== null) return this.#ending(this.#full ? "the spool is empty again" : ended);
		if (this.#isStalled(progressed)) return this.#ending("it does not give what others have", this.#source?.look.name);
		await options.clock.sleep(options.limits.flushMs, this.#wake.signal);
		return null;
	}

	/** While the Kubernetes API is away, the record as it was last known: no other watchdog can change it either. */
	async #currentReign(): Promise<Reign> {
		try {
			return (await this.#archiver.options.view.reign()) ?? this.#reign;
		} catch (err) {
			this.#archiver.options.log.warn({ err }, "the cluster record cannot be read now");
			return this.#reign;
		}
	}

	#choose(looks: readonly Look[], current: string | null): Source | null {
		const empty = this.#archiver.keeper.end().number === 0;
		const chosen = { reign: this.#reign, looks, position: this.#position(), empty };
		return chooseSource({ ...chosen, current, avoid: this.#avoid });
	}

	/** Where the archive is, as this term sees it. */
	#end(): ChainEnd {
		const { keeper } = this.#archiver;
		return withoutOrphans(keeper.end(), keeper.orphans(), this.#reign.term);
	}

	#position(): GtidSet {
		return this.#end().position;
	}

	#compareSource(looks: readonly Look[]): Ending | null {
		const current = this.#source;
		if (current === null) throw new Error("nobody is followed");
		const best = this.#choose(looks, current.look.name);
		if (best === null || (best.look.name === current.look.name && best.role === current.role)) {
			this.#elsewhere = 0;
			if (best !== null) this.#source = best;
			return null;
		}
		this.#elsewhere += 1;
		const enough = best.role === "primary" ? patience.primary : patience.other;
		return this.#elsewhere < enough ? null : this.#ending(`${best.look.name} is to be followed`);
	}

	#witness(looks: readonly Look[], at: number): void {
		const { alerts } = this.#archiver;
		const known = looks.filter(({ name, uuid }) => this.#reign.uuids[name] === uuid);
		const replicas = known.filter(({ name }) => name !== this.#reign.primary);
		const witnesses = replicas.length > 0 ? replicas : known;
		const executed = witnesses.map((one) => one.executed);
		if (executed.length > 0) this.#archiver.seen(at, wantedOf(this.#reign)(union(...executed)));
		set(alerts, "archiveProvisional", this.#source?.provisional === true);
	}

	/** @returns whether a segment was written */
	async #archive(arrived: Arrived, stop: AbortSignal): Promise<boolean> {
		const { spool } = this.#archiver;
		const { transactions, end, format } = arrived.reading;
		const source = this.#source as Source;
		const position = this.#archiver.keeper.end().number === 0 ? this.#baseline : this.#position();
		const sieve = { reign: this.#reign, position, confirmed: source.confirmed };
		const sifted = sift(transactions, end, sieve);
		assertRoom(arrived, sifted.chosen, this.#archiver.options.limits);
		const written = format === null ? false : await this.#cut(arrived, sifted, source, stop);
		if (stop.aborted) return false;
		await spool.done(arrived, sifted.end);
		return written || sifted.end > arrived.from;
	}

	async #cut(arrived: Arrived, sifted: Sifted, source: Source, stop: AbortSignal): Promise<boolean> {
		const { options, keeper, spool } = this.#archiver;
		const facts = nextSegment({
			...{ cluster: options.cluster, end: this.#end(), reign: this.#reign, source, arrived, sifted },
			...{ missing: this.#missing, baseline: this.#baseline, now: new Date(options.clock.wall()) },
		});
		if (facts === null) return false;
		const sealed = await sealSegment(facts, spool.compose(arrived, sifted.chosen), options.recipients);
		this.#archiver.sealedWith(
			facts.number,
			sifted.chosen.map(({ originalCommit }) => originalCommit),
		);
		await keeper.append(sealed, stop);
		if (facts.gap !== null) options.onGap({ term: facts.term, missing: this.#missing });
		this.#missing = emptySet;
		if (sifted.chosen.length > 0) this.#archiver.alerts.delete("transactionTooLarge");
		// From now on the archive itself says so.
		this.#archiver.alerts.delete("archiveGap");
		return true;
	}

	/** Others have what does not come from here. */
	#isStalled(progressed: boolean): boolean {
		const { chainComplete } = this.#archiver;
		chainComplete.has(this.#position());
		this.#stalled = progressed || !chainComplete.waits ? 0 : this.#stalled + 1;
		return this.#stalled >= patience.stalled;
	}

	/** Stops to read at the limit; what is not read stays in the source's binary logs, which are kept for it. */
	async #guard(stop: AbortSignal): Promise<void> {
		const { options, spool, sealed, alerts } = this.#archiver;
		const { spoolBytes, retryMs } = options.limits;
		for (; !stop.aborted; await options.clock.sleep(retryMs, stop)) {
			const bytes = (await spool.bytes()) + sealed.bytes;
			set(alerts, "spoolFilling", bytes > spoolBytes / 2);
			if (bytes > spoolBytes && !this.#full) {
				this.#full = true;
				alerts.add("spoolFull");
				await this.#follower?.stop();
			}
			if (bytes <= (3 * spoolBytes) / 4) alerts.delete("spoolFull");
		}
	}
}

function set<T>(alerts: Set<T>, alert: T, holds: boolean): void {
	if (holds) alerts.add(alert);
	else alerts.delete(alert);
}
