/** What the archiver knows, asked of its pod through the API server, as the watchdog is. */
import { z } from "zod";
import { FailedError } from "../exit.ts";
import type { ClusterAccess } from "./access.ts";
import { ApiError, UnreachableError } from "./api.ts";

const port = 8080;
const selector = "app.kubernetes.io/name=mysql,app.kubernetes.io/part-of=mysql-dr,app.kubernetes.io/component=archive";

/** What /status says, as far as it is shown; later archivers may say more. */
export const archiveStatusSchema = z.looseObject({
	throughGtid: z.string(),
	/** When the newest archived transaction was committed; null where none is archived. */
	throughAt: z.string().nullable(),
	lagSeconds: z.number().nullable(),
	/** Whom it reads from; null while it looks for somebody. */
	following: z.looseObject({ instance: z.string(), role: z.string() }).nullable(),
	stores: z.array(
		z.looseObject({
			name: z.string(),
			through: z.number().int(),
			pendingBytes: z.number(),
			lastError: z.string().nullable(),
		}),
	),
	spoolBytes: z.number(),
	segments: z.number(),
	provisional: z.boolean(),
	/** Why the archiver does not go on; null while it does, and of older archivers. */
	lastError: z.string().nullable().default(null),
	/** What the last check of the stored archive could not mend; older archivers do not say. */
	faults: z.array(z.looseObject({ store: z.string(), number: z.number().int(), reason: z.string() })).default([]),
	alerts: z.array(z.string()),
});

export type ArchiveStatus = z.infer<typeof archiveStatusSchema>;

/** One backup, over all stores. */
const catalogued = z.looseObject({
	id: z.string(),
	kind: z.enum(["full", "incremental", "logical"]),
	/** When it was begun. */
	at: z.string(),
	bytes: z.number(),
	gtid: z.string(),
	stores: z.record(z.string(), z.enum(["present", "missing", "unknown"])),
	/** When a restore of it was last tried, and held; null where it never was. */
	verifiedAt: z.string().nullable(),
});

/** What /catalogue says. */
export const catalogueSchema = z.looseObject({
	backups: z.array(catalogued),
	/** Stores that did not answer, and why. */
	away: z.array(z.looseObject({ store: z.string(), error: z.string() })),
	alerts: z.array(z.string()),
});

export type Catalogued = z.infer<typeof catalogued>;
export type CatalogueDocument = z.infer<typeof catalogueSchema>;

type Access = Pick<ClusterAccess, "namespace" | "pods" | "fromPod">;

/** @throws FailedError saying why it cannot be asked */
export async function archiveStatus(access: Access): Promise<ArchiveStatus> {
	return read(archiveStatusSchema, await askArchiver(access, "/status"));
}

/** @throws FailedError saying why it cannot be asked */
export async function catalogue(access: Access): Promise<CatalogueDocument> {
	return read(catalogueSchema, await askArchiver(access, "/catalogue"));
}

function read<T>(schema: z.ZodType<T>, text: string): T {
	const parsed = schema.safeParse(JSON.parse(text));
	if (parsed.success) return parsed.data;
	throw new FailedError(`the archiver is of another version: ${z.prettifyError(parsed.error)}`);
}

async function askArchiver(access: Access, path: string): Promise<string> {
	const pods = await access.pods(selector);
	const running = pods.find(({ metadata, status }) => !metadata?.deletionTimestamp && status?.phase === "Running");
	const name = running?.metadata?.name;
	if (name === undefined) {
		const said = pods.length === 0 ? "there is no archiver" : "the archiver does not run";
		throw new FailedError(`${said} in namespace ${access.namespace} (kubectl -n ${access.namespace} get pods)`);
	}
	try {
		return await access.fromPod(name, port, path);
	} catch (error) {
		if (!(error instanceof ApiError) && !(error instanceof UnreachableError)) throw error;
		throw new FailedError(`the archiver ${name} does not say: ${error.message}`, { cause: error });
	}
}
