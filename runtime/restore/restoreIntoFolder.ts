/** A restore on a bare machine: the stores and the key are all that is needed. mysqld and restic are looked up in the PATH. */
import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../objectives/error.ts";
import { storeSchema } from "../../objectives/settings.ts";
import type { BackupStore } from "../backup/backupStore.ts";
import { keyFault } from "../backup/keys.ts";
import { formatGtidSet } from "../mysql/gtidSet.ts";
import { resticAccess } from "../store/resticRepository.ts";
import { planDocument } from "./planRestore.ts";
import type { Report } from "./progress.ts";
import { type RestoreMeasured, restore } from "./restore.ts";
import { parseTarget } from "./target.ts";

export interface BareRestore {
	/** As {@link parseTarget} reads it. */
	readonly to: string;
	/** Gets `data`: a data directory that a mysqld of the same series can be started on. */
	readonly folder: string;
	/** JSON: `{"cluster": "…", "stores": [{name, kind, region, bucket, endpoint?, keys?: {accessKey, secretKey}}]}`. */
	readonly storesFile: string;
	/** Holds the backup key or the recovery key, and nothing else. */
	readonly keyFile: string;
	/** Bytes for the server's buffer pool. Default: 1 GiB. */
	readonly bufferPool?: number;
	readonly report: Report;
	readonly signal?: AbortSignal | undefined;
}

export interface BareResult {
	readonly gtidExecuted: string;
	readonly plan: ReturnType<typeof planDocument>;
	readonly measured: RestoreMeasured;
	readonly notes: readonly string[];
}

const s3Keys = z.object({ accessKey: z.string().min(1), secretKey: z.string().min(1) });
const fileSchema = z.object({
	cluster: z.string().min(1),
	stores: z.array(storeSchema.extend({ keys: s3Keys.optional() })).min(1),
});

type FileStore = z.infer<typeof fileSchema>["stores"][number];

/** The copy is ended cleanly: its accounts and passwords are those of the target. */
export async function restoreIntoFolder(given: BareRestore): Promise<BareResult> {
	const target = parseTarget(given.to);
	const { cluster, stores } = await readStoresFile(given.storesFile);
	const key = await readKey(given.keyFile);
	const notes: string[] = [];
	const { copy, plan, measured } = await restore(target, {
		cluster,
		stores: await Promise.all(stores.map((store) => opened(store, cluster, given.folder))),
		key,
		folder: given.folder,
		bufferPool: given.bufferPool ?? 2 ** 30,
		report: given.report,
		onNote: (note) => notes.push(note),
		signal: given.signal,
	});
	const gtidExecuted = formatGtidSet(await copy.gtids());
	given.report({ step: "ending the copy cleanly" });
	await copy.stop();
	return { gtidExecuted, plan: planDocument(plan), measured, notes };
}

/** @throws UserError naming what does not fit, never a key */
async function readStoresFile(file: string): Promise<z.infer<typeof fileSchema>> {
	const text = await read("--stores", file);
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch {
		throw refused("--stores", file, "is not JSON");
	}
	const parsed = fileSchema.safeParse(document);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw refused("--stores", file, `${(issue?.path ?? []).join(".")}: ${issue?.message}`);
}

async function readKey(file: string): Promise<string> {
	const key = (await read("--key-file", file)).replace(/\r?\n$/, "");
	const wrong = keyFault(key);
	if (wrong === undefined) return key;
	throw refused("--key-file", file, `the key in it ${wrong}`);
}

async function read(field: string, file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		throw refused(field, file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
	}
}

function refused(field: string, value: string, wrong: string): UserError {
	return new UserError({ field, value, wrong, remedy: "see docs/backups.md, Restore without a cluster" });
}

async function opened(store: FileStore, cluster: string, folder: string): Promise<BackupStore> {
	const { keys = null, ...settings } = store;
	if (settings.kind !== "s3")
		throw refused("--stores", settings.name, `stores of kind ${settings.kind} cannot be read by a file yet`);
	const { s3Store } = await import("../store/s3Store.ts");
	const objects = s3Store({ store: settings, keys: keys === null ? null : () => Promise.resolve(keys) });
	const { repository, environment, options, credentials } = resticAccess({ store: settings, cluster, keys, folder });
	if (credentials !== null) await writeFile(credentials.file, credentials.text, { mode: 0o600 });
	return { objects, repository: { name: settings.name, repository, environment, options } };
}
