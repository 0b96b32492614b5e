/** A restored copy that is up: read-only at an exact place in the history, until it is opened or let go. */
import { join } from "node:path";
import type { Passwords } from "../credentials/accounts.ts";
import { Refusal } from "../exit.ts";
import { renewAccountsSql } from "../instance/accountsSql.ts";
import { formatGtidSet, type GtidSet, overlap } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { dropScratchAccount } from "../scratch/scratchAccount.ts";
import type { ScratchOptions, ScratchServer } from "../scratch/scratchServer.ts";
import { startScratch } from "../scratch/startScratch.ts";
import { exactCut } from "./choosePlan.ts";
import { beyond } from "./fittingBackup.ts";
import { planReplay } from "./planReplay.ts";
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

const statementMs = 60_000;
/** A clean end writes every dirty page. */
const stopMs = 30 * 60_000;

export class RestoredCopy {
	readonly #parts: CopyParts;
	#server: ScratchServer;
	#target: RestoreTarget;
	#opened = false;

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
	async resume(target: RestoreTarget): Promise<Replayed> {
		if (this.#opened) {
			throw new Refusal("the copy was opened: it may have a history of its own", "restore anew to a later target");
		}
		const { work, source, folder, nextChannel } = this.#parts;
		const objects = work.stores.map((store) => store.objects);
		const { history } = await readStores(objects, work.cluster);
		const cut = await exactCut(history, target, source);
		const base = await this.gtids();
		if (overlap(base, beyond({ history, cut }))) {
			throw new Refusal(`the copy is beyond ${formatTarget(target)} already`, "restore anew: a copy cannot go back");
		}
		const found = planReplay(base, history, cut);
		if ("why" in found) throw new Refusal(`${formatTarget(target)}: ${found.why}`, "name an earlier target");
		const replayed = await replay(found, { ...work, folder, nextChannel, session: this.session, open: source.open });
		this.#target = target;
		return replayed;
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
		const { settings = [], ...options } = copyOptions(this.#parts.work);
		this.#server = await startScratch({ ...options, network, settings: [...settings, ...serving(network)] });
		await this.#writing(dropScratchAccount);
	}

	/** Everything is in the data files then. */
	stop(): Promise<void> {
		return this.#server.stop(stopMs);
	}

	async #writing(statements: string): Promise<void> {
		const shut = this.#opened ? "" : "; SET GLOBAL super_read_only = ON";
		const sql = statements.trim().replace(/;$/, "");
		await this.session.run(`SET GLOBAL super_read_only = OFF; ${sql}${shut}`, statementMs);
	}
}
