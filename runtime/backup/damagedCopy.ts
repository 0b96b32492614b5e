/** Why a copy's server ended: it may have come to a page that is not what was written, and could only say so in its log. */
import { readFile } from "node:fs/promises";
import { DamagedCopyError } from "../exit.ts";
import { tellsOfDamage } from "../mysql/pageDamage.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";

/** @returns the error that says so, or the one that was thrown */
export async function damageOr(error: unknown, folder: string): Promise<unknown> {
	const log = await readFile(scratchPaths(folder).log, "utf8").catch(() => "");
	const line = log.split("\n").find(tellsOfDamage);
	return line === undefined ? error : new DamagedCopyError(`the copy's error log: ${line}`, { cause: error });
}
