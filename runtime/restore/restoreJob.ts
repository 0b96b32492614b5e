/** `mysql-dr job restore`: a restore in its pod, and what becomes of the copy. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { parseSettings, type Settings } from "../../objectives/settings.ts";
import { poolWithin } from "../backup/jobScene.ts";
import { jobStores } from "../backup/jobStores.ts";
import { keyFault } from "../backup/keys.ts";
import { jobLog } from "../commands/jobLine.ts";
import { drillSchema } from "../instance/accountsSql.ts";
import { jobPaths } from "../instance/jobPlace.ts";
import { dataFolder } from "../instance/place.ts";
import { readPasswords } from "../instance/readPasswords.ts";
import { ownCluster } from "../kubernetes/pooledKubeConfig.ts";
import { openSession } from "../mysql/session.ts";
import { givenSnapshot } from "./base.ts";
import { checkAbsent, type Loaded, loader, loadTables } from "./loadTables.ts";
import { type Only, onlyTables } from "./onlyTables.ts";
import { planDocument, type RestorePlan } from "./planRestore.ts";
import { type Restored, type RestoreWork, restore } from "./restore.ts";
import { restoreFolder } from "./restoreFolder.ts";
import { parseTarget, type RestoreTarget } from "./target.ts";
import { awaitStop } from "./waitingCopy.ts";

export interface RestoreRequest {
	/** As {@link parseTarget} reads it. */
	readonly to: string;
	/** The copy stays up, read-only, until it is told otherwise. */
	readonly pause?: boolean;
	/** It stays up and can be cloned and logged in to from elsewhere. */
	readonly serve?: boolean;
	/** Only `db` or `db.table`, brought into the running primary. */
	readonly only?: string;
	/** Under this name. */
	readonly as?: string;
	/** Another database of these stores. Default: this one. */
	readonly from?: string;
	/** What the pod's volume was made from, as {@link givenSnapshot} reads it. */
	readonly snapshot?: string;
}

/** What a restore's job says at its end, or when the copy waits. */
export interface RestoreResult {
	readonly gtidExecuted: string;
	readonly plan: ReturnType<typeof planDocument>;
	/** The last term that the archive knows of; null where nothing is archived. */
	readonly term: number | null;
	readonly measured: Restored["measured"];
	readonly notes: readonly string[];
	/** Where the copy is served; null where it is not. The name is its certificate's. */
	readonly copy: { readonly host: string; readonly port: number; readonly identity: string } | null;
	readonly loaded: Loaded | null;
}

const port = 3306;
const sessionMs = 10_000;

/** Says on standard output how far it is, and at last its result or its error. SIGTERM ends it, and the copy. */
export async function runRestoreJob(request: RestoreRequest): Promise<void> {
	const log = jobLog((line) => process.stdout.write(line));
	const stop = new AbortController();
	for (const name of ["SIGTERM", "SIGINT"] as const) {
		process.once(name, () => stop.abort(new Error(`ended by ${name}`)));
	}
	try {
		await restoreInPod(request, log, stop.signal);
	} catch (error) {
		log.error(error);
		throw error;
	}
}

type Log = ReturnType<typeof jobLog>;

function snapshotOn({ snapshot }: RestoreRequest) {
	return snapshot === undefined ? undefined : { snapshot: givenSnapshot(snapshot), data: dataFolder(jobPaths) };
}

async function restoreInPod(request: RestoreRequest, log: Log, signal: AbortSignal): Promise<void> {
	const settings = parseSettings(await readFile(jobPaths.settings, "utf8"));
	const target = parseTarget(request.to);
	const notes: string[] = [];
	const onNote = (note: string) => notes.push(note);
	const work = { ...(await workOf(settings, request.from, log, signal)), onNote, snapshot: snapshotOn(request) };
	if (request.only !== undefined) {
		const only = onlyTables(request.only, request.as, [settings.schema]);
		return void log.result(await bringBack(only, target, { settings, work, notes }));
	}
	const restored = await restore(target, work);
	await orLetGo(restored, async () => {
		await restored.copy.renewPasswords(await readPasswords(jobPaths.credentials), [settings.schema, drillSchema]);
		if (request.pause || request.serve) return wait(restored, { work, notes, log, serve: request.serve === true });
		const result = await resultOf(restored, notes);
		await restored.copy.stop();
		log.result(result);
	});
}

/** The copy's server would keep a job that failed from ending. */
async function orLetGo<T>({ copy }: Restored, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		await copy.letGo().catch(() => {});
		throw error;
	}
}

async function workOf(settings: Settings, from: string | undefined, log: Log, signal: AbortSignal) {
	const config = ownCluster();
	const cluster = from ?? settings.cluster;
	const access = { config, namespace: settings.namespace };
	return {
		cluster,
		stores: await jobStores({ stores: settings.stores, cluster }, access, jobPaths.volume),
		key: await eitherKey(jobPaths.backupKey),
		folder: restoreFolder(),
		bufferPool: poolWithin(process.constrainedMemory()),
		report: log.progress,
		onPlan: (plan: RestorePlan) => log.progress({ step: "planned", message: JSON.stringify(planDocument(plan)) }),
		signal,
	};
}

interface Waiting {
	readonly work: RestoreWork;
	readonly notes: readonly string[];
	readonly log: Log;
	readonly serve: boolean;
}

async function wait(restored: Restored, { work, notes, log, serve }: Waiting): Promise<void> {
	if (serve) await restored.copy.serve({ port, tlsFolder: jobPaths.tls });
	const copy = serve ? { host: process.env.POD_IP ?? "", port, identity: "mysql" } : null;
	await awaitStop(restored, work, async () => log.result(await resultOf(restored, notes, { copy })));
}

interface BringingBack {
	readonly settings: Settings;
	readonly work: RestoreWork;
	readonly notes: readonly string[];
}

/** What the primary has already is looked at first: a restore may take hours. */
async function bringBack(only: Only, target: RestoreTarget, { settings, work, notes }: BringingBack) {
	const { login, session } = await primaryAccess(only, settings);
	try {
		await checkAbsent(only, session);
		const restored = await restore(target, work);
		const loaded = await orLetGo(restored, () => loadTables(restored.copy, only, { ...work, login, primary: session }));
		const result = await resultOf(restored, notes, { loaded });
		await restored.copy.stop();
		return result;
	} finally {
		session.close();
	}
}

async function resultOf(
	{ copy, plan, measured }: Restored,
	notes: readonly string[],
	given: Partial<Pick<RestoreResult, "copy" | "loaded">> = {},
): Promise<RestoreResult> {
	const { gtidExecuted } = await copy.status();
	return {
		gtidExecuted,
		plan: planDocument(plan),
		term: plan.lastTerm,
		measured,
		notes,
		copy: null,
		loaded: null,
		...given,
	};
}

/** Either opens everything. @throws UserError where there is neither */
async function eitherKey(folder: string): Promise<string> {
	const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
	const found = [await read("key"), await read("recoveryKey")].find((key) => keyFault(key) === undefined);
	if (found !== undefined) return found;
	throw new UserError({
		field: "backup.key",
		value: undefined,
		wrong: "the Secret holds no key that could open a backup",
		remedy: "name a Secret that has `key`, or `recoveryKey`, of the database that is to be restored",
	});
}

async function primaryAccess(only: Only, { namespace, clusterDomain }: Settings) {
	const user = loader(only);
	const host = `mysql-primary.${namespace}.svc.${clusterDomain}`;
	const password = (await readPasswords(jobPaths.credentials))[user];
	const caFile = join(jobPaths.tls, "ca.crt");
	const target = { name: "mysql-primary", address: host, port, identity: host };
	const session = await openSession(target, { user, password, ca: await readFile(caFile, "utf8") }, sessionMs);
	return { login: { host, port, user, password, caFile }, session };
}
