/** `mysql-dr instance prepare`: writes everything that mysqld's own containers need into the run folder. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { parseSettings } from "../../objectives/settings.ts";
import { type Place, placeFromEnvironment } from "./place.ts";
import { type PreparedFile, preparedFiles } from "./preparedFiles.ts";
import { readPasswords } from "./readPasswords.ts";

/**
 * Reads settings and passwords, writes my.cnf, initialise.sql, probe.cnf, initialise.sh, start.sh and leave.sh. May be
 * repeated: each file is replaced whole.
 *
 * @param place where to read and write; default: this pod, from POD_NAME, POD_NAMESPACE and POD_IP.
 * @throws UserError when the settings or the Secret cannot be used.
 */
export async function prepare(place: Place = placeFromEnvironment(process.env)): Promise<void> {
	const settings = parseSettings(await readFile(place.paths.settings, "utf8"));
	const passwords = await readPasswords(place.paths.credentials);
	for (const file of preparedFiles(place, settings, passwords)) {
		await replaceFile(`${place.paths.run}/${file.name}`, file);
	}
}

/** Made beside and renamed: a file with a secret never has wider permissions, and is never half written. */
async function replaceFile(path: string, { text, mode }: PreparedFile): Promise<void> {
	const unfinished = `${path}.new`;
	await rm(unfinished, { force: true });
	await writeFile(unfinished, text, { mode, flush: true });
	await rename(unfinished, path);
}
