/** `mysql-dr backup-key`: the two keys of all backups, to be kept where the loss of the cluster does not reach. */
import { open, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { keptAnnotation } from "../backup/keyKept.ts";
import { FailedError, Refusal } from "../exit.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface BackupKeyOptions extends SharedOptions {
	readonly export?: string;
}

interface Keys {
	readonly key: string;
	readonly recoveryKey: string;
}

/** Prints them to a terminal, or writes them to a new file that only its owner reads; the Secret then says that they are kept. */
export async function backupKey({ terminal }: Context, options: BackupKeyOptions): Promise<Result> {
	const access = clusterAccess(options);
	const { backup, cluster } = await readSettings(access);
	const keys = await read(access, backup.keySecret);
	if (options.export === undefined) {
		if (!terminal.interactive) {
			throw new Refusal("the keys of all backups would go to a pipe or a file", "write them with --export FILE");
		}
		return {
			exit: "done",
			document: keys,
			lines: [`key          ${keys.key}`, `recoveryKey  ${keys.recoveryKey}`, advice],
		};
	}
	const file = resolve(options.export);
	await write(file, keys);
	await note(access, backup.keySecret, file);
	const lines = [`the two keys of ${cluster} are in ${file}; either opens every backup`, advice];
	return { exit: "done", document: { file, secret: backup.keySecret }, lines };
}

const advice = "keep them apart from each other and from the cluster: whoever loses both has lost every backup";

async function read(access: ClusterAccess, name: string): Promise<Keys> {
	const data = (await access.secret(name))?.data ?? {};
	const text = (entry: keyof Keys) => {
		const value = data[entry];
		if (value === undefined)
			throw new FailedError(`Secret ${name} in namespace ${access.namespace} has no ${entry} yet`);
		return Buffer.from(value, "base64").toString("utf8");
	};
	return { key: text("key"), recoveryKey: text("recoveryKey") };
}

/** Never over a file that is there: it may be the only copy of another database's keys. */
async function write(file: string, keys: Keys): Promise<void> {
	const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
		throw new UserError({
			field: "--export",
			value: file,
			wrong: error.code === "EEXIST" ? "is there already" : `cannot be written (${error.code})`,
			remedy: "name a new file in a folder of yours",
		});
	});
	try {
		await handle.writeFile(`${JSON.stringify(keys, null, 2)}\n`);
		await handle.sync();
	} catch (error) {
		await rm(file, { force: true });
		throw error;
	} finally {
		await handle.close();
	}
}

async function note(access: ClusterAccess, name: string, file: string): Promise<void> {
	await access.annotateSecret(name, { [keptAnnotation]: new Date().toISOString() }).catch((error: Error) => {
		throw new FailedError(`the keys are in ${file}, but Secret ${name} could not be told so: ${error.message}`);
	});
}
