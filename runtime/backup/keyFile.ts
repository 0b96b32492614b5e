/** The keys of all backups in a file, as `mysql-dr backup-key --export` writes them; or one key alone, as plain text. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../objectives/error.ts";
import type { BackupKeys } from "./keys.ts";

const keys = z.looseObject({ key: z.string().min(1), recoveryKey: z.string().min(1) });

/** Both. @throws UserError, never with what is in the file */
export async function readKeys(file: string, field: string): Promise<BackupKeys> {
	const parsed = keys.safeParse(json(await text(file, field)));
	if (parsed.success) return { key: parsed.data.key, recoveryKey: parsed.data.recoveryKey };
	throw refused(file, field, "does not hold key and recoveryKey");
}

/** One that opens the backups: of the exported file the key, of any other file all that is in it. */
export async function readKey(file: string, field: string): Promise<string> {
	const read = (await text(file, field)).trim();
	const parsed = keys.safeParse(json(read));
	if (parsed.success) return parsed.data.key;
	if (read === "" || /\s/.test(read)) throw refused(file, field, "holds no key");
	return read;
}

async function text(file: string, field: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		throw refused(file, field, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
	}
}

function json(read: string): unknown {
	try {
		return JSON.parse(read);
	} catch {
		return null;
	}
}

function refused(value: string, field: string, wrong: string): UserError {
	return new UserError({ field, value, wrong, remedy: "name the file that mysql-dr backup-key --export wrote" });
}
