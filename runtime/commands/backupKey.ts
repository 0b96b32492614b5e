/** `mysql-dr backup-key`: the two keys of all backups, to be kept where the loss of the cluster does not reach. */
import { resolve } from "node:path";
import { keptAnnotation } from "../backup/keyKept.ts";
import type { BackupKeys } from "../backup/keys.ts";
import { FailedError, Refusal } from "../exit.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { importKeys } from "./importKeys.ts";
import { newSecretFile } from "./newSecretFile.ts";

export interface BackupKeyOptions extends SharedOptions {
	readonly export?: string;
	readonly import?: string;
	readonly yes?: boolean;
}

/** Prints them to a terminal, or writes them to a new file that only its owner reads; the Secret then says that they are kept. */
export async function backupKey({ terminal }: Context, options: BackupKeyOptions): Promise<Result> {
	const access = clusterAccess(options);
	const { backup, cluster } = await readSettings(access);
	if (options.import !== undefined) return importKeys(access, terminal, backup.keySecret, options);
	const keys = await backupKeysIn(access, backup.keySecret);
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
	await newSecretFile(file, `${JSON.stringify(keys, null, 2)}\n`, "--export");
	await note(access, backup.keySecret, file);
	const lines = [`the two keys of ${cluster} are in ${file}; either opens every backup`, advice];
	return { exit: "done", document: { file, secret: backup.keySecret }, lines };
}

const advice = "keep them apart from each other and from the cluster: whoever loses both has lost every backup";

/** @throws FailedError where the Secret does not hold both */
export async function backupKeysIn(access: ClusterAccess, name: string): Promise<BackupKeys> {
	const data = (await access.secret(name))?.data ?? {};
	const text = (entry: keyof BackupKeys) => {
		const value = data[entry];
		if (value === undefined)
			throw new FailedError(`Secret ${name} in namespace ${access.namespace} has no ${entry} yet`);
		return Buffer.from(value, "base64").toString("utf8");
	};
	return { key: text("key"), recoveryKey: text("recoveryKey") };
}

const kept = () => ({ [keptAnnotation]: new Date().toISOString() });

async function note(access: ClusterAccess, name: string, file: string): Promise<void> {
	await access.patchSecret(name, { annotations: kept() }).catch((error: Error) => {
		throw new FailedError(`the keys are in ${file}, but Secret ${name} could not be told so: ${error.message}`);
	});
}
