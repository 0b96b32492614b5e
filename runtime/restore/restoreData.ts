/** A backup's data directory out of a repository. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RepositoryAccess } from "../backup/repository.ts";
import { ResticError, restic, resticExits } from "../backup/restic.ts";
import { FailedError } from "../exit.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";
import { type Base, called } from "./base.ts";
import type { RestorePlan } from "./planRestore.ts";
import { meter, type Report } from "./progress.ts";

export interface DataWork {
	/** The data directory is made in it, as `data`. */
	readonly folder: string;
	readonly repositories: readonly RepositoryAccess[];
	readonly key: string;
	readonly report: Report;
	readonly onNote: (note: string) => void;
	readonly signal?: AbortSignal | undefined;
	/** A store that gives nothing for as long is given up where another one is left. Default {@link longestSilenceMs}. */
	readonly silenceMs?: number;
}

/**
 * restic itself asks a store that went away again and again for a quarter of an hour (its retries cannot be set), which is all
 * of a critical database's RTO. Long enough for restic to read the index of a large repository.
 */
const longestSilenceMs = 120_000;

const patience = ({ silenceMs = longestSilenceMs }: DataWork, others: boolean) => (others ? silenceMs : null);

/** No store gave it whole, or it is not what was said of it: another one must do. */
export class UnusableBase extends FailedError {
	readonly base: Base;

	constructor(base: Base, reasons: readonly string[]) {
		super(`${called(base)} cannot be used: ${reasons.join("; ")}`);
		this.base = base;
	}
}

const step = "restoring the backup";

/**
 * From the first store that gives it whole; restic verifies every piece.
 * @returns seconds that it took
 * @throws UnusableBase
 * @throws ResticError when the key does not open a repository: another backup would not help
 */
export async function restoreData({ base, bytes }: RestorePlan, work: DataWork): Promise<number> {
	const reasons: string[] = [];
	const { data } = scratchPaths(work.folder);
	const given = reachable(base.copies, work.repositories);
	for (const [at, { store, snapshot, access }] of given.entries()) {
		const silence = new Silence(patience(work, at < given.length - 1), store, work.signal);
		const began = performance.now();
		await rm(data, { recursive: true, force: true });
		try {
			await oneRestore(access, snapshot, bytes.data, { ...work, data, silence });
			for (const reason of reasons) work.onNote(`${reason}; restored from ${store}`);
			return (performance.now() - began) / 1000;
		} catch (error) {
			work.signal?.throwIfAborted();
			if (!isStores(error)) throw error;
			reasons.push(error.message);
		} finally {
			silence.over();
		}
	}
	throw new UnusableBase(base, reasons.length === 0 ? ["no store that has it is given"] : reasons);
}

function reachable(copies: RestorePlan["base"]["copies"], repositories: readonly RepositoryAccess[]) {
	return copies.flatMap(({ store, snapshot }) => {
		const access = repositories.find(({ name }) => name === store);
		return access === undefined ? [] : [{ store, snapshot, access }];
	});
}

/** Of this store alone: another one may give what it does not. */
const isStores = (error: unknown): error is FailedError =>
	error instanceof SilentStore || (error instanceof ResticError && error.code !== resticExits.wrongPassword);

async function oneRestore(
	access: RepositoryAccess,
	snapshot: string,
	total: number,
	{ data, folder, key, report, silence }: DataWork & { readonly data: string; readonly silence: Silence },
): Promise<void> {
	const progress = meter({ step, unit: "bytes", total }, report);
	const context = { keys: { key }, folder, signal: silence.signal };
	await restic(access, context, {
		args: ["restore", snapshot, "--target", data, "--json", "--no-lock"],
		onLine: (line) => {
			const done = bytesRestored(line);
			if (done === null) return;
			silence.heard(done);
			progress.update(done);
		},
	});
	// A copy is another server than the one that it was copied from.
	await rm(join(data, "auto.cnf"), { force: true });
}

const status = z.looseObject({ message_type: z.enum(["status", "summary"]), bytes_restored: z.number().default(0) });

function bytesRestored(line: string): number | null {
	if (!line.startsWith("{")) return null;
	const parsed = status.safeParse(JSON.parse(line));
	return parsed.success ? parsed.data.bytes_restored : null;
}

/** A store stopped giving; another one may not have. */
class SilentStore extends FailedError {}

/** Ends a restore out of a store that gives no more. */
class Silence {
	readonly signal: AbortSignal | undefined;
	readonly #ends = new AbortController();
	readonly #begin: () => void;
	#timer: NodeJS.Timeout | undefined;
	#done = 0;

	/** @param ms null to wait for ever */
	constructor(ms: number | null, store: string, signal: AbortSignal | undefined) {
		const both = [this.#ends.signal, ...(signal === undefined ? [] : [signal])];
		this.signal = ms === null ? signal : AbortSignal.any(both);
		const end = () =>
			this.#ends.abort(new SilentStore(`store ${store}: it has given nothing for ${(ms ?? 0) / 1000} s`));
		this.#begin = () => {
			clearTimeout(this.#timer);
			if (ms !== null) this.#timer = setTimeout(end, ms);
		};
		this.#begin();
	}

	/** @param done bytes so far */
	heard(done: number): void {
		if (done <= this.#done) return;
		this.#done = done;
		this.#begin();
	}

	over(): void {
		clearTimeout(this.#timer);
	}
}
