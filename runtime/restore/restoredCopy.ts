/** A restored copy that is up: read-only at an exact place in the history, until it is opened or let go. */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Passwords } from "../credentials/accounts.ts";
import { FailedError, Refusal } from "../exit.ts";
import { renewAccountsSql } from "../instance/accountsSql.ts";
import { formatGtidSet, type GtidSet, overlap } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { dropScratchAccount } from "../scratch/scratchAccount.ts";
import type { ScratchOptions, ScratchServer } from "../scratch/scratchServer.ts";
import { startScratch } from "../scratch/startScratch.ts";
import { exactCut } from "./choosePlan.ts";
import { beyond } from "./fittingBackup.ts";
import type { History } from "./history.ts";
import { planReplay, planToSet, type Replay } from "./planReplay.ts";
import type { Report } from "./progress.ts";
import { readStores } from "./readStores.ts";
import { executed, type Replayed, replay } from "./replay.ts";
import { copyOptions, type OpenSource, type RestoreWork } from "./restore.ts";
import { formatTarget, type RestoreTarget } from "./target.ts";

export interface CopyStatus {
	readonly state: "paused" | "open";
	/** The target that it was restored to last. */
	readonly target: string;
	readonly gtidExecuted: string;
}

export type Network = NonNullable<ScratchOptions["network"]>;

export interface CopyParts {
	readonly server: ScratchServer;
	/** Of the data directory. */
	readonly folder: string;
	readonly work: RestoreWork;
	readonly source: OpenSource;
	readonly nextChannel: () => string;
}

/** A donor of CLONE; the watchdog reads what semi-sync says of any server. */
const serving = ({ tlsFolder }: Network): readonly string[] => [
	"plugin_load_add = mysql_clone.so",
	"plugin_load_add = semisync_source.so",
	"plugin_load_add = semisync_replica.so",
	`clone_ssl_ca = ${join(tlsFolder, "ca.crt")}`,
	`clone_ssl_cert = ${join(tlsFolder, "tls.crt")}`,
	`clone_ssl_key = ${join(tlsFolder, "tls.key")}`,
];

/** Between two looks at whether something is archived. */
const archivePollMs = 500;
const statementMs = 60_000;
/** A clean end writes every dirty page. */
const stopMs = 30 * 60_000;
/** As long as a timer can be. */
const longestTimer = 2 ** 31 - 1;

export class RestoredCopy {
	readonly #parts: CopyParts;
	#server: ScratchServer;
	#target: RestoreTarget;
	#opened = false;
	#served: AbortController | null = null;

	constructor(parts: CopyParts, target: RestoreTarget) {
		this.#parts = parts;
		this.#server = parts.server;
		this.#target = target;
	}

	get session(): Session {
		return this.#server.session;
	}

	get server(): ScratchServer {
		return this.#server;
	}

	gtids(): Promise<GtidSet> {
		return executed(this.session);
	}

	async status(): Promise<CopyStatus> {
		const gtidExecuted = formatGtidSet(await this.gtids());
		return { state: this.#opened ? "open" : "paused", target: formatTarget(this.#target), gtidExecuted };
	}

	/**
	 * Goes on from where it is, with what the stores hold now.
	 * @throws Refusal where the target lies before that, or the archive does not lead there
	 */
	async resume(target: RestoreTarget, report?: Report): Promise<Replayed> {
		if (this.#opened) {
			throw new Refusal("the copy was opened: it may have a history of its own", "restore anew to a later target");
		}
		const { source } = this.#parts;
		const base = await this.gtids();
		const history = await this.#history(base);
		const cut = await exactCut(history, target, source);
		if (overlap(base, beyond({ history, cut }))) {
			throw new Refusal(`the copy is beyond ${formatTarget(target)} already`, "restore anew: a copy cannot go back");
		}
		const found = planReplay(base, history, cut);
		if ("why" in found) throw new Refusal(`${formatTarget(target)}: ${found.why}`, "name an earlier target");
		const replayed = await this.#replay(found, report);
		this.#target = target;
		return replayed;
	}

	/**
	 * Goes on to what a replica holds, once it is archived.
	 * @throws FailedError when the archive does not lead there, or does not have it within the time
	 */
	async resumeToSet(set: GtidSet, waitMs: number): Promise<Replayed> {
		for (const end = Date.now() + waitMs; ; await setTimeout(archivePollMs)) {
			const base = await this.gtids();
			const found = planToSet(base, await this.#history(base), set);
			if (found !== null && "why" in found) throw new FailedError(found.why);
			if (found !== null) return this.#replay(found);
			if (Date.now() > end) throw new FailedError(`${formatGtidSet(set)} was not archived within ${waitMs / 1000} s`);
		}
	}

	async #history(since: GtidSet): Promise<History> {
		const { work } = this.#parts;
		const objects = work.stores.map((store) => store.objects);
		const { history } = await readStores(objects, work.cluster, () => since);
		return history;
	}

	#replay(planned: Replay, report?: Report): Promise<Replayed> {
		const { work, source, folder, nextChannel } = this.#parts;
		const told = { ...work, report: report ?? work.report };
		return replay(planned, { ...told, folder, nextChannel, session: this.session, open: source.open });
	}

	/** From here on it takes writes. */
	async open(): Promise<void> {
		await this.session.run("SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF", statementMs);
		this.#opened = true;
	}

	/** Gives every account the password that it has now, whatever it was when the backup was made; makes those that are new since. */
	async renewPasswords(passwords: Passwords, schemas: readonly string[]): Promise<void> {
		await this.#writing(renewAccountsSql(passwords, schemas));
	}

	/**
	 * Starts anew, so that instances can clone it and people look at it, with TLS and the accounts' passwords. What is
	 * ours is not in it any more, so that no clone has it: a clean end is not possible from then on.
	 */
	async serve(network: Network): Promise<void> {
		await this.stop();
		const { settings = [], signal, ...options } = copyOptions(this.#parts.work);
		const end = new AbortController();
		const either = signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]);
		const lines = [...settings, ...serving(network)];
		this.#server = await startScratch({ ...options, network, settings: lines, signal: either });
		this.#served = end;
		await this.#writing(dropScratchAccount);
	}

	/** Everything is in the data files then. Not of one that is served. */
	stop(): Promise<void> {
		return this.#server.stop(stopMs);
	}

	/** For one that nobody needs any more. */
	async letGo(): Promise<void> {
		if (this.#served === null) return this.stop();
		this.#served.abort();
		await this.ended();
	}

	/** Resolves when its server has ended, however it did. */
	async ended(): Promise<void> {
		await this.#server.ended(longestTimer).catch(() => {});
	}

	async #writing(statements: string): Promise<void> {
		try {
			await this.session.run(`SET GLOBAL super_read_only = OFF; ${statements}`, statementMs);
		} finally {
			if (!this.#opened) await this.session.run("SET GLOBAL super_read_only = ON", statementMs);
		}
	}
}
