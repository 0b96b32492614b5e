/**
 * What the archive holds after failovers under load, by the ledger of a drill: on the site that runs. After each one it is asked how
 * far it is, and everything that it holds is restored from stores and key alone.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "../objectives/settings.ts";
import type { BackupStore } from "../runtime/backup/backupStore.ts";
import { jobStores } from "../runtime/backup/jobStores.ts";
import { backupKeysIn } from "../runtime/commands/backupKey.ts";
import { type Client, startClient } from "../runtime/drill/client.ts";
import { sysbenchContainer } from "../runtime/drill/clientPod.ts";
import { ledgerPaths } from "../runtime/drill/ledgerOptions.ts";
import { storedIds } from "../runtime/drill/verify.ts";
import { killMysqld, release } from "../runtime/drill/victim.ts";
import { ledgerTable } from "../runtime/drill/writer.ts";
import { type ClusterAccess, clusterAccess } from "../runtime/kubernetes/access.ts";
import { archiveStatus } from "../runtime/kubernetes/archiverStatus.ts";
import { readSettings } from "../runtime/kubernetes/declared.ts";
import { until } from "../runtime/kubernetes/until.ts";
import { leaderStatus } from "../runtime/kubernetes/watchdogStatus.ts";
import { restore } from "../runtime/restore/restore.ts";
import { acknowledged, saidByDrill } from "./drillBook.ts";
import { protectedAgain } from "./protectedAgain.ts";
import { rounded } from "./stopwatch.ts";

export interface FailoversOptions {
	readonly runs: number;
	readonly folder: string | undefined;
	readonly note: (text: string) => void;
}

export interface FailoverRun {
	readonly from: string;
	readonly to: string;
	/** Seconds from the kill until the archive was asked. */
	readonly askedAfter: number;
	/** Acknowledged before the newest transaction that the archive says it has. */
	readonly claimed: number;
	/** Of these, how many a restore of all that is archived does not hold. */
	readonly missing: number;
	readonly restored: number;
	/** Of what was restored, how many the database does not hold. */
	readonly notInHistory: number;
	readonly restoreSeconds: number;
}

export interface FailoversBench {
	readonly runs: readonly FailoverRun[];
	readonly claimed: number;
	readonly missing: number;
	readonly notInHistory: number;
	/** By the ledger, of the database itself. */
	readonly acknowledged: number;
	readonly lost: number;
	readonly unknown: number;
}

const limits = { beginMs: 90_000, servedMs: 60_000, answerMs: 60_000, reportMs: 180_000 };
const steadyMs = 5000;
const bufferPool = 2 ** 27;
/** The ledger's clock runs on from the start of its process and is not set by anybody; this far it may have come from the servers'. */
const clocksMs = 100;

interface Site {
	readonly access: ClusterAccess;
	readonly settings: Settings;
	readonly client: Client;
	readonly stores: readonly BackupStore[];
	readonly key: string;
	readonly signal: AbortSignal;
	readonly note: (text: string) => void;
}

/** @throws Error where a failover does not end: then nothing was shown */
export async function benchFailovers({ runs, folder, note }: FailoversOptions): Promise<FailoversBench> {
	const stop = new AbortController();
	process.once("SIGINT", () => stop.abort());
	const access = clusterAccess({});
	const settings = await readSettings(access);
	const { signal } = stop;
	await protectedAgain(access, signal);
	const client = await startClient(access, settings, signal);
	const place = await mkdtemp(join(folder ?? tmpdir(), "bench-failovers-"));
	try {
		const stores = await jobStores(settings, access, place);
		const { key } = await backupKeysIn(access, settings.backup.keySecret);
		const site: Site = { access, settings, client, stores, key, signal, note };
		await client.awaitWriting(limits.beginMs);
		const seen: { run: Omit<FailoverRun, "notInHistory">; ids: ReadonlySet<number> }[] = [];
		for (let n = 1; n <= runs; n++) {
			const once = await failoverAndRestore(site, join(place, String(n)));
			seen.push(once);
			const { from, to, claimed, missing, restored } = once.run;
			note(
				`${n} of ${runs}: ${from} to ${to}; ${missing} missing of ${claimed} that are archived; ${restored} restored`,
			);
		}
		const history = await idsInDatabase(site);
		const all = seen.map(({ run, ids }) => ({ ...run, notInHistory: without(ids, history).length }));
		const { acknowledged, lost, unknown } = await client.finish(limits.reportMs);
		const sum = (of: (run: FailoverRun) => number) => all.reduce((total, run) => total + of(run), 0);
		return {
			...{ runs: all, claimed: sum((run) => run.claimed), missing: sum((run) => run.missing) },
			...{ notInHistory: sum((run) => run.notInHistory), acknowledged, lost, unknown },
		};
	} finally {
		await client.remove();
		await rm(place, { recursive: true, force: true });
	}
}

async function failoverAndRestore(site: Site, folder: string) {
	const { access, signal } = site;
	await sleep(steadyMs, undefined, { signal });
	const from = (await leaderStatus(access)).primary ?? "nobody";
	const killedAt = await killMysqld(access, from);
	const seen = await afterFailover(site, from).finally(() => release(access, from, limits.answerMs, signal));
	const { to, claimed, askedAt } = seen;
	const { ids, seconds } = await restoredIds(site, folder);
	await protectedAgain(access, signal);
	const run = {
		...{ from, to, askedAfter: rounded((askedAt - killedAt) / 1000), claimed: claimed.length },
		...{ missing: without(claimed, ids).length, restored: ids.size, restoreSeconds: seconds },
	};
	return { run, ids };
}

/** Who took over, and what had been acknowledged by then of which the archive says that it has it. */
async function afterFailover(site: Site, victim: string) {
	const to = await served(site, victim);
	const { through, askedAt } = await askedArchive(site);
	const book = await acknowledged(site.access);
	return { to, askedAt, claimed: book.filter(({ at }) => at <= through - clocksMs).map(({ id }) => id) };
}

/** @returns who acknowledges writes now */
async function served({ client, signal }: Site, victim: string): Promise<string> {
	const found = await until({ timeoutMs: limits.servedMs, periodMs: 200, signal }, async () => {
		const instance = (await client.progress())?.instance ?? victim;
		return instance === victim ? null : instance;
	});
	if (found === null) throw new Error(`nobody took over from ${victim} within ${limits.servedMs / 1000} s`);
	return found;
}

/** @returns the commit of the newest transaction that it says it has, milliseconds since 1970, and when it was asked */
async function askedArchive({ access, signal }: Site) {
	const found = await until({ timeoutMs: limits.answerMs, periodMs: 200, signal }, async () => {
		const askedAt = Date.now();
		const status = await archiveStatus(access).catch(() => null);
		if (status === null || status.throughAt === null) return null;
		return { through: Date.parse(status.throughAt), askedAt };
	});
	if (found === null) throw new Error("the archiver does not answer");
	return found;
}

async function restoredIds({ settings: { cluster }, stores, key, signal, note }: Site, folder: string) {
	await mkdir(folder);
	const onNote = (text: string) => note(`restore: ${text}`);
	const work = { cluster, stores, key, folder, bufferPool, signal, report: () => {}, onNote };
	const { copy, measured } = await restore({ kind: "latest" }, work);
	const ids = await storedIds(copy.session);
	await copy.stop();
	await rm(folder, { recursive: true, force: true });
	return { ids, seconds: rounded(measured.totalSeconds) };
}

/** As the drill's own account sees it, which nobody but the drill's pod has the password of. */
async function idsInDatabase({ access, settings }: Site): Promise<ReadonlySet<number>> {
	const host = `mysql-primary.${access.namespace}.svc.${settings.clusterDomain}`;
	const login = `-h ${host} -u drill --ssl-mode=VERIFY_IDENTITY --ssl-ca=${ledgerPaths.tls}/ca.crt`;
	const query = `MYSQL_PWD=$(cat ${ledgerPaths.password}) mysql ${login} -NBe 'SELECT id FROM ${ledgerTable}'`;
	return new Set((await saidByDrill(access, sysbenchContainer, ["sh", "-c", query])).map(Number));
}

const without = (ids: Iterable<number>, held: ReadonlySet<number>) => [...ids].filter((id) => !held.has(id));

export function failoversLines({ runs, ...sums }: FailoversBench): string[] {
	const { claimed, missing, notInHistory, acknowledged: known, lost, unknown } = sums;
	return [
		...runs.map(
			({ from, to, askedAfter, claimed: of, missing: gone, restored, notInHistory: surplus }) =>
				`${from} to ${to}, archive asked after ${askedAfter} s: ${gone} missing of ${of}, ${surplus} surplus of ${restored}`,
		),
		"",
		`${runs.length} failovers: ${missing} of ${claimed} acknowledged writes are missing from what the archive said it has`,
		`${notInHistory} were restored that the database does not hold`,
		`the database lost ${lost} of ${known} acknowledged writes; the outcome of ${unknown} is not known`,
	];
}
