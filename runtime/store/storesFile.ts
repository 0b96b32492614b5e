/** Where the stores are, and what opens them, in a file: for a restore when the cluster is gone. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../objectives/error.ts";
import type { StoreSettings } from "../../objectives/settings.ts";
import type { StoreKeys } from "./storeKeys.ts";

const opened = z.looseObject({
	name: z.string().min(1),
	region: z.string().min(1),
	kind: z.enum(["s3", "gcs"]),
	bucket: z.string().min(1),
	endpoint: z.string().optional(),
	keys: z
		.union([
			z.object({ accessKey: z.string().min(1), secretKey: z.string().min(1) }),
			z.object({ credentials: z.string().min(1) }),
		])
		.optional(),
});

const storesFile = z.looseObject({ cluster: z.string().min(1), stores: z.array(opened).min(1) });

/** A store with its keys; without them the identity of this machine opens it. */
export interface OpenedStore {
	readonly store: StoreSettings;
	readonly keys: StoreKeys | null;
}

export interface StoresFile {
	/** The database whose backups they hold. */
	readonly cluster: string;
	readonly stores: readonly OpenedStore[];
}

/** @throws UserError, never with what opens a store */
export async function readStoresFile(file: string): Promise<StoresFile> {
	const parsed = storesFile.safeParse(await read(file));
	if (parsed.success) {
		const { cluster, stores } = parsed.data;
		return { cluster, stores: stores.map(({ keys = null, ...store }) => ({ store, keys })) };
	}
	const [issue] = parsed.error.issues;
	throw refused(file, `does not fit at ${issue?.path.join(".") || "its top"}`);
}

/** What {@link readStoresFile} reads back. */
export function storesFileText({ cluster, stores }: StoresFile): string {
	const written = stores.map(({ store: { credentialsSecret: _, objectLock: __, ...store }, keys }) => ({
		...store,
		...(keys === null ? {} : { keys }),
	}));
	return `${JSON.stringify({ cluster, stores: written }, null, 2)}\n`;
}

async function read(file: string): Promise<unknown> {
	try {
		return JSON.parse(await readFile(file, "utf8"));
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw refused(file, code === undefined ? "is not JSON" : `cannot be read (${code})`);
	}
}

function refused(value: string, wrong: string): UserError {
	const remedy = "name the file that mysql-dr stores --export wrote";
	return new UserError({ field: "--stores", value, wrong, remedy });
}
