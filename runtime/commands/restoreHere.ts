/** `mysql-dr restore --into folder:PATH`: a data directory on this machine, from the stores and a key alone. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { freemem } from "node:os";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import type { BackupStore } from "../backup/backupStore.ts";
import { readKey } from "../backup/keyFile.ts";
import { planDocument } from "../restore/planRestore.ts";
import { restore } from "../restore/restore.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";
import { openedStores } from "../store/openedStores.ts";
import { resticAccess } from "../store/resticRepository.ts";
import { readStoresFile, type StoresFile } from "../store/storesFile.ts";
import { seconds } from "../terminal/seconds.ts";
import type { Context, Result } from "./context.ts";
import { progressText } from "./jobLine.ts";
import type { RestoreWish } from "./restoreWish.ts";
import { shortGtid } from "./statusText.ts";

type Here = Extract<RestoreWish, { readonly kind: "folder" }>;

const [least, share] = [64 * 2 ** 20, 4];

/** mysqld and restic are looked for on the PATH, as in the runtime image. */
export async function restoreHere({ terminal, signal }: Context, wish: Here): Promise<Result> {
	const { folder, target } = wish;
	const key = await readKey(wish.keyFile, "--key-file");
	const file = await readStoresFile(wish.stores);
	await makeEmpty(folder);
	let step = "";
	const { copy, plan, measured } = await restore(target, {
		cluster: file.cluster,
		stores: await backupStores(file, folder),
		key,
		folder,
		bufferPool: Math.max(least, Math.floor(freemem() / share)),
		report: (progress) => {
			if (progress.step !== step) terminal.note(progress.step);
			step = progress.step;
			terminal.live(progressText(progress));
		},
		onNote: (note) => terminal.note(`note: ${note}`),
		signal,
	});
	const { gtidExecuted } = await copy.status();
	await copy.stop();
	const { data } = scratchPaths(folder);
	const lines = [
		`restored into ${data} in ${seconds(measured.totalSeconds)}, and shut down cleanly`,
		`holds ${shortGtid(gtidExecuted)}`,
		"its accounts have the passwords that they had when the backup was made",
	];
	return { exit: "done", document: { folder: data, gtidExecuted, plan: planDocument(plan), measured }, lines };
}

/** What is there may be somebody's data. */
async function makeEmpty(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	if ((await readdir(folder)).length === 0) return;
	throw new UserError({
		field: "--into",
		value: folder,
		wrong: "is not empty",
		remedy: "name a folder that is empty, or is not there yet",
	});
}

async function backupStores({ stores, cluster }: StoresFile, folder: string): Promise<BackupStore[]> {
	const objects = await openedStores(stores);
	return Promise.all(
		stores.map(async ({ store, keys }, index) => {
			const access = resticAccess({ store, cluster, keys, folder: join(folder) });
			if (access.credentials !== null)
				await writeFile(access.credentials.file, access.credentials.text, { mode: 0o600 });
			const { repository, environment, options } = access;
			return {
				objects: objects[index] as BackupStore["objects"],
				repository: { name: store.name, repository, environment, options },
			};
		}),
	);
}
