/** A new file with secrets, for its owner alone. */
import { open, rm } from "node:fs/promises";
import { UserError } from "../../objectives/error.ts";

/**
 * Never over a file that is there: it may be the only copy of something else.
 * @param field the option that named the file
 * @throws UserError where it is there already, or cannot be made
 */
export async function newSecretFile(file: string, text: string, field: string): Promise<void> {
	const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
		throw new UserError({
			field,
			value: file,
			wrong: error.code === "EEXIST" ? "is there already" : `cannot be written (${error.code})`,
			remedy: "name a new file in a folder of yours",
		});
	});
	try {
		await handle.writeFile(text);
		await handle.sync();
	} catch (error) {
		await rm(file, { force: true });
		throw error;
	} finally {
		await handle.close();
	}
}
