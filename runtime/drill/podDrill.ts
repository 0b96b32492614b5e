/** The drill `pod`: mysqld of the primary is killed under load and kept from coming back until another serves. */

import { setTimeout as sleep } from "node:timers/promises";
import { inSeconds } from "../../objectives/duration.ts";
import { type Forecast, judged } from "../../objectives/forecast.ts";
import type { Settings } from "../../objectives/settings.ts";
import { Refusal } from "../exit.ts";
import { type Change, parseRecord } from "../failover/record.ts";
import type { Status } from "../failover/status.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { declaredSite } from "../kubernetes/declared.ts";
import { until } from "../kubernetes/until.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import { seconds } from "../terminal/seconds.ts";
import { type Client, startClient } from "./client.ts";
import { judge, type Measurements, outageOf } from "./judgement.ts";
import type { LedgerReport } from "./messages.ts";
import { type DrillReport, drillReport } from "./report.ts";
import { sysbenchAround } from "./sysbench.ts";
import { killMysqld, release } from "./victim.ts";

export interface DrillOptions {
	readonly access: ClusterAccess;
	readonly settings: Settings;
	/** How long to write before the failure and after the recovery. */
	readonly steadyMs: number;
	readonly signal: AbortSignal;
	/** A step that was done. */
	readonly note: (line: string) => void;
	/** What is going on. */
	readonly live: (line: string) => void;
}

/** How long the clients may take to begin, the victim to come back, and the ledger to read everything back. */
const limits = { beginMs: 90_000, releaseMs: 60_000, protectedMs: 300_000, reportMs: 180_000 };

/**
 * Drills once. Whatever happens, also Ctrl-C, the victim is let go and the clients are removed.
 * @throws Refusal where the database is not protected, so that one more failure could do harm
 */
export async function drillPod(options: DrillOptions): Promise<DrillReport> {
	const { access, settings, note } = options;
	const before = await leaderStatus(access);
	const victim = checked(before);
	const forecast = judged({ plan: settings.plan, site: declaredSite(settings), evidence: {}, scenario: "pod" });
	const client = await startClient(access, settings, options.signal);
	const state: Progressing = { startedAt: Date.now(), victim, term: before.term ?? 0, failureAt: null, held: false };
	try {
		await causeAndMeasure(state, client, forecast, options);
	} catch (error) {
		state.error = error;
		if (state.failureAt === null && !options.signal.aborted) throw error;
	} finally {
		await cleanUp(state, client, options);
	}
	if (state.error !== undefined) note(`aborted: ${(state.error as Error).message}`);
	return state.report ?? aborted(state, forecast);
}

/** How far a drill is: what clean-up and the report need of it. */
interface Progressing {
	readonly startedAt: number;
	readonly victim: string;
	readonly term: number;
	failureAt: number | null;
	/** The victim is kept from starting. */
	held: boolean;
	report?: DrillReport;
	error?: unknown;
}

function checked(status: Status): string {
	if (status.protected && status.primary !== null) return status.primary;
	throw new Refusal(
		"the database is not protected, so a failure now could cost data or writes",
		"wait for it: mysql-dr status --wait-protected",
	);
}

async function causeAndMeasure(
	state: Progressing,
	client: Client,
	forecast: Forecast,
	options: DrillOptions,
): Promise<void> {
	const { access, signal, note, live, steadyMs } = options;
	live("starting the clients: sysbench and the ledger");
	await client.awaitWriting(limits.beginMs);
	note("clients write: sysbench (oltp_read_write) and 8 connections of the ledger");
	await sleep(steadyMs, undefined, { signal });

	state.held = true;
	state.failureAt = await killMysqld(access, state.victim);
	note(`killed mysqld of ${state.victim} (SIGKILL) and keep it from starting`);
	const change = await awaitFailover(state, client, forecast, options);
	await sleep(steadyMs, undefined, { signal });

	await release(access, state.victim, limits.releaseMs, signal);
	state.held = false;
	const releasedAt = Date.now();
	note(`let ${state.victim} start again`);
	const protectedAt = await awaitProtectedAgain(options);
	live("reading every acknowledged write back");
	const ledger = await client.finish(limits.reportMs);
	const { failureAt, victim } = state;
	const seen = { failureAt, victim, ledger, change, releasedAt, protectedAt, endedAt: Date.now() };
	const sysbench = sysbenchAround(await client.ticks(), outageOf(seen));
	state.report = reportOf(state, seen, ledger, forecast, sysbench);
}

/** Waits for the record to say that the failover is finished and for the first write after it, as long as the objective allows. */
async function awaitFailover(
	state: Progressing,
	client: Client,
	forecast: Forecast,
	{ access, signal, note, live }: DrillOptions,
): Promise<Change | null> {
	const failureAt = state.failureAt ?? Date.now();
	const timeoutMs = forecast.objective.rto + 5_000;
	let change: Change | null = null;
	const served = await until({ timeoutMs, periodMs: 200, signal }, async () => {
		live(
			`${seconds((Date.now() - failureAt) / 1000)} since the kill: ${change === null ? "no failover yet" : "no write acknowledged yet"}`,
		);
		change ??= await finishedChange(access, state.term).catch(() => null);
		const progress = change === null ? null : await client.progress();
		const instance = progress?.instance ?? state.victim;
		return instance === state.victim ? null : instance;
	});
	const limit = seconds(inSeconds(forecast.objective.rto));
	note(served === null ? `nobody serves writes after ${limit}` : `${served} acknowledges writes`);
	return change;
}

async function finishedChange(access: ClusterAccess, term: number): Promise<Change | null> {
	const text = (await access.configMap("mysql-cluster"))?.data?.["record.json"];
	const change = text === undefined ? undefined : parseRecord(text).lastChange;
	return change !== undefined && change.term > term && change.finishedAt !== null ? change : null;
}

/** Null when it takes too long: the drill goes on, for the writes are to be checked all the same. */
async function awaitProtectedAgain({ access, signal, note, live }: DrillOptions): Promise<number | null> {
	const began = Date.now();
	const at = await until({ timeoutMs: limits.protectedMs, periodMs: 500, signal }, async () => {
		live(`${seconds((Date.now() - began) / 1000)}: waiting until all is protected again`);
		const status = await leaderStatus(access).catch(() => null);
		return status?.protected ? Date.now() : null;
	});
	note(at === null ? "not protected again: see mysql-dr status" : "protected again");
	return at;
}

async function cleanUp(state: Progressing, client: Client, { access, note, live }: DrillOptions): Promise<void> {
	live("cleaning up");
	const say = (error: unknown) => note(`clean-up: ${(error as Error).message}`);
	// Its own limits, for the signal may have ended everything else.
	const own = AbortSignal.timeout(limits.releaseMs);
	if (state.held) await release(access, state.victim, limits.releaseMs, own).catch(say);
	await client.remove().catch(say);
}

function reportOf(
	state: Progressing,
	seen: Measurements,
	ledger: LedgerReport | null,
	forecast: Forecast,
	sysbench: DrillReport["sysbench"],
): DrillReport {
	return drillReport({
		startedAt: state.startedAt,
		seen,
		forecast,
		judgement: judge(seen, forecast),
		ledger,
		sysbench,
	});
}

function aborted(state: Progressing, forecast: Forecast): DrillReport {
	const { victim } = state;
	const endedAt = Date.now();
	const failureAt = state.failureAt ?? endedAt;
	const seen = { failureAt, victim, ledger: null, change: null, releasedAt: null, protectedAt: null, endedAt };
	return reportOf(state, seen, null, forecast, { tpsBefore: null, tpsAfter: null });
}
