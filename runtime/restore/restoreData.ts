/** A backup's data directory out of a repository. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RepositoryAccess } from "../backup/repository.ts";
import { ResticError, restic, resticExits } from "../backup/restic.ts";
import { FailedError } from "../exit.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";
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
}

/** No store gave it whole: another backup must do. */
export class UnusableBackup extends FailedError {
	readonly id: string;

	constructor(id: string, reasons: readonly string[]) {
		super(`backup ${id} cannot be used: ${reasons.join("; ")}`);
		this.id = id;
	}
}

const step = "restoring the backup";

/**
 * From the first store that gives it whole; restic verifies every piece.
 * @returns seconds that it took
 * @throws UnusableBackup
 * @throws ResticError when the key does not open a repository: another backup would not help
 */
export async function restoreData({ backup, copies, bytes }: RestorePlan, work: DataWork): Promise<number> {
	const reasons: string[] = [];
	const { data } = scratchPaths(work.folder);
	for (const { store, snapshot } of copies) {
		const access = work.repositories.find(({ name }) => name === store);
		if (access === undefined) continue;
		const began = performance.now();
		await rm(data, { recursive: true, force: true });
		try {
			await oneRestore(access, snapshot, bytes.data, { ...work, data });
			for (const reason of reasons) work.onNote(`${reason}; restored from ${store}`);
			return (performance.now() - began) / 1000;
		} catch (error) {
			work.signal?.throwIfAborted();
			if (!(error instanceof ResticError) || error.code === resticExits.wrongPassword) throw error;
			reasons.push(error.message);
		}
	}
	throw new UnusableBackup(backup.id, reasons.length === 0 ? ["no store that has it is given"] : reasons);
}

async function oneRestore(
	access: RepositoryAccess,
	snapshot: string,
	total: number,
	{ data, folder, key, report, signal }: DataWork & { readonly data: string },
): Promise<void> {
	const progress = meter({ step, unit: "bytes", total }, report);
	const context = { keys: { key }, folder, signal };
	await restic(access, context, {
		args: ["restore", snapshot, "--target", data, "--json", "--no-lock"],
		onLine: (line) => {
			const done = bytesRestored(line);
			if (done !== null) progress.update(done);
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
