/** A drill of one failure: it is caused under load, and what the database then does by itself is measured. */

import { setTimeout as sleep } from "node:timers/promises";
import { inSeconds } from "../../objectives/duration.ts";
import { type Forecast, judged } from "../../objectives/forecast.ts";
import type { Scenario } from "../../objectives/scenarios.ts";
import type { Settings } from "../../objectives/settings.ts";
import { Refusal } from "../exit.ts";
import type { Change } from "../failover/record.ts";
import type { Status } from "../failover/status.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { declaredSite } from "../kubernetes/declared.ts";
import { until } from "../kubernetes/until.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import { seconds } from "../terminal/seconds.ts";
import { type Client, startClient } from "./client.ts";
import { judge, type Measurements, outageOf, type Seen } from "./judgement.ts";
import type { LedgerReport } from "./messages.ts";
import { type DrillReport, drillReport } from "./report.ts";
import { sysbenchAround } from "./sysbench.ts";
import { type Told, tellerOf, written } from "./told.ts";

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

/** What is done to the primary, and what it takes to be over it. */
export interface Failure {
	readonly scenario: Scenario;
	readonly recovered: Measurements["recovered"];
	/** For people, of the instance: "mysqld of mysql-0 killed". */
	readonly caused: (victim: string) => string;
	/** What was done, and what keeps the victim away. */
	readonly said: (victim: string) => string;
	/** Waits until it may be done to this instance. @throws Refusal where it may not be */
	readonly ready?: (victim: string, options: DrillOptions) => Promise<void>;
	/** What is expected and promised, where that is not the scenario's. */
	readonly forecast?: (settings: Settings) => Forecast;
	/** @returns when it happened, in milliseconds since 1970 */
	readonly cause: (access: ClusterAccess, victim: string) => Promise<number>;
	/** What an operator does about it; without it the database is over it by itself. */
	readonly remedy?: (options: DrillOptions) => Promise<void>;
	/** Lets the victim come back; the drill does it as soon as another serves, and whatever happens. */
	readonly release: (access: ClusterAccess, victim: string, limitMs: number, signal: AbortSignal) => Promise<void>;
	/** It comes back by itself: `release` is for a cause that ended half-way. */
	readonly returns?: true;
	/** For all to be protected again, after the failure was let go. */
	readonly protectedMs: (forecast: Forecast) => number;
}

/** How long the clients may take to begin, the victim to come back, and the ledger to read everything back. */
const limits = { beginMs: 90_000, releaseMs: 60_000, reportMs: 180_000 };

/**
 * Drills once. Whatever happens, also Ctrl-C, the victim is let go and the clients are removed.
 * @throws Refusal where the database is not protected, so that one more failure could do harm
 */
export async function drillFailure(options: DrillOptions, failure: Failure): Promise<DrillReport> {
	const { access, settings, note } = options;
	const before = await leaderStatus(access);
	const victim = checked(before);
	await failure.ready?.(victim, options);
	const forecast = failure.forecast?.(settings) ?? forecastOf(settings, failure.scenario);
	const client = await startClient(access, settings, options.signal);
	const term = before.term ?? 0;
	const begun = { cluster: settings.cluster, startedAt: Date.now(), failureAt: null, held: false, told: [] };
	const state: Progressing = { failure, victim, term, ...begun };
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

export function forecastOf({ plan, ...settings }: Settings, scenario: Scenario): Forecast {
	return judged({ plan, site: declaredSite({ ...settings, plan }), evidence: {}, scenario });
}

/** How far a drill is: what clean-up and the report need of it. */
interface Progressing {
	readonly failure: Failure;
	readonly cluster: string;
	readonly startedAt: number;
	readonly victim: string;
	readonly term: number;
	failureAt: number | null;
	/** The victim is kept from coming back. */
	held: boolean;
	/** What status and record said meanwhile. */
	told: Told[];
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
	const { failure, victim } = state;
	live("starting the clients: sysbench and the ledger");
	await client.awaitWriting(limits.beginMs);
	note("clients write: sysbench (oltp_read_write) and 8 connections of the ledger");
	await sleep(steadyMs, undefined, { signal });

	state.held = true;
	state.failureAt = await failure.cause(access, victim);
	state.held = failure.returns !== true;
	note(failure.said(victim));
	await failure.remedy?.(options);
	const change = await awaitFailover(state, client, forecast, options);
	await sleep(steadyMs, undefined, { signal });

	const releasedAt = await letGo(state, options);
	const protectedAt = await awaitProtectedAgain(state, forecast, options);
	live("reading every acknowledged write back");
	const ledger = await client.finish(limits.reportMs);
	const { failureAt } = state;
	const seen = measured(state, { failureAt, ledger, change, releasedAt, protectedAt, endedAt: Date.now() });
	const sysbench = sysbenchAround(await client.ticks(), outageOf(seen));
	state.report = reportOf(state, seen, ledger, forecast, sysbench);
}

/** @returns when; null where nothing was held */
async function letGo(state: Progressing, { access, signal, note }: DrillOptions): Promise<number | null> {
	if (state.failure.returns) return null;
	await state.failure.release(access, state.victim, limits.releaseMs, signal);
	state.held = false;
	note(`let ${state.victim} start again`);
	return Date.now();
}

function measured({ failure, victim, told }: Progressing, seen: Seen): Measurements {
	return { ...seen, victim, caused: failure.caused(victim), recovered: failure.recovered, told };
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
			`${seconds((Date.now() - failureAt) / 1000)} since the failure: ${change === null ? "no failover yet" : "no write acknowledged yet"}`,
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
	const change = (await written(access))?.lastChange;
	return change !== undefined && change.term > term && change.finishedAt !== null ? change : null;
}

/** Null when it takes too long: the drill goes on, for the writes are to be checked all the same. */
async function awaitProtectedAgain(
	state: Progressing,
	forecast: Forecast,
	{ access, signal, note, live }: DrillOptions,
): Promise<number | null> {
	const began = Date.now();
	const tell = tellerOf(state.victim, state.failureAt ?? began, state.told);
	const timeoutMs = state.failure.protectedMs(forecast);
	const at = await until({ timeoutMs, periodMs: 500, signal }, async () => {
		live(`${seconds((Date.now() - began) / 1000)}: waiting until all is protected again`);
		const status = await leaderStatus(access).catch(() => null);
		for (const line of tell(status, await written(access).catch(() => null))) note(line);
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
	if (state.held) await state.failure.release(access, state.victim, limits.releaseMs, own).catch(say);
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
		cluster: state.cluster,
		startedAt: state.startedAt,
		seen,
		forecast,
		judgement: judge(seen, forecast),
		ledger,
		sysbench,
	});
}

function aborted(state: Progressing, forecast: Forecast): DrillReport {
	const endedAt = Date.now();
	const failureAt = state.failureAt ?? endedAt;
	const nothing = { ledger: null, change: null, releasedAt: null, protectedAt: null };
	const seen = measured(state, { failureAt, ...nothing, endedAt });
	return reportOf(state, seen, null, forecast, { tpsBefore: null, tpsAfter: null });
}
