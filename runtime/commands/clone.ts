/** `mysql-dr clone`: a writable copy of the database, in a namespace of its own, for a while. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type Duration, duration } from "../../objectives/duration.ts";
import { UserError } from "../../objectives/error.ts";
import type { Settings } from "../../objectives/settings.ts";
import { type Size, size } from "../../objectives/size.ts";
import { checkName, checkTtl, cloneName, defaultTtl } from "../clone/clone.ts";
import type { CloneFacts } from "../clone/cloneFacts.ts";
import { cloneFactsFrom } from "../clone/cloneFactsFrom.ts";
import { cloneRights } from "../clone/cloneRights.ts";
import { makeClone } from "../clone/makeClone.ts";
import type { CloneServing } from "../clone/runClone.ts";
import { FailedError, Refusal } from "../exit.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import { cronJobNames, startJob } from "../kubernetes/jobs.ts";
import { lackingRights } from "../kubernetes/rights.ts";
import { formatGtidSet } from "../mysql/gtidSet.ts";
import { chooseSnapshot } from "../snapshot/chooseSnapshot.ts";
import { type ReadSnapshot, readSnapshots } from "../snapshot/readSnapshots.ts";
import { usable } from "../snapshot/snapshot.ts";
import { seconds } from "../terminal/seconds.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { followJob } from "./followJob.ts";
import { shortGtid } from "./statusText.ts";

export interface CloneOptions extends SharedOptions {
	/** `now`, `snapshot`, or a snapshot's name. */
	readonly from?: string;
	readonly name?: string;
	/** Default: {@link defaultTtl}. */
	readonly ttl?: Duration;
	readonly size?: string;
	readonly fromNamespace?: readonly string[];
	readonly keepAccounts?: boolean;
	readonly events?: boolean;
}

export async function clone(context: Context, options: CloneOptions): Promise<Result> {
	const began = performance.now();
	const { ttl = duration(defaultTtl) } = options;
	checkTtl(ttl);
	const wanted = options.size === undefined ? undefined : sizeOf(options.size);
	const access = clusterAccess(options);
	const settings = await readSettings(access);
	const name = checkName(options.name ?? cloneName(settings.cluster, randomBytes(2).toString("hex")));
	await checkRights(access, name);
	const snapshot = await snapshotFor(access, settings, options.from, context);
	const facts = await cloneFactsFrom(access, settings, snapshot, {
		name,
		expiresAt: new Date(Date.now() + ttl).toISOString(),
		keepAccounts: options.keepAccounts === true,
		events: options.events === true,
		clients: options.fromNamespace ?? [],
		size: wanted,
	});
	const { terminal, signal } = context;
	const serving = await makeClone(access, facts, { ...tell(terminal), signal, now: new Date() });
	return made(facts, serving, (performance.now() - began) / 1000);
}

const tell = ({ note, live }: Context["terminal"]) => ({
	note: (line: string) => note(line),
	live: (line: string) => live(line),
});

function sizeOf(text: string): Size {
	try {
		return size(text);
	} catch (error) {
		throw error instanceof UserError ? error.at("--size") : error;
	}
}

async function checkRights(access: ClusterAccess, name: string): Promise<void> {
	const lacking = await lackingRights(access.api, cloneRights(access.namespace, name));
	if (lacking.length === 0) return;
	throw new Refusal(
		`whoever this kubeconfig is of may not ${lacking.join(", ")}`,
		"use one that may, or have these rights given; mysql-dr restore --into scratch needs none of them",
	);
}

/** The newest that is there, else one that is taken now. */
async function snapshotFor(access: ClusterAccess, settings: Settings, from: string | undefined, context: Context) {
	const { api, namespace } = access;
	const snapshots = await readSnapshots({ api, namespace, cluster: settings.cluster });
	const wish = { field: "--from", otherwise: instead };
	if (from === "now" || (from === undefined && usable(snapshots ?? []).length === 0)) {
		return takenNow(access, settings, context);
	}
	return chooseSnapshot(snapshots, from === undefined || from === "snapshot" ? wish : { ...wish, name: from });
}

const instead =
	"take one with --from now, or make a copy out of the backups: mysql-dr restore --to latest --into scratch";

const takenSchema = z.looseObject({ snapshot: z.looseObject({ name: z.string() }) });

async function takenNow(access: ClusterAccess, settings: Settings, context: Context): Promise<ReadSnapshot> {
	if (settings.snapshots.snapshotClass === undefined) throw new UserError(withoutSnapshots);
	const job = await startJob(access, cronJobNames.snapshot, { reason: "mysql-dr clone --from now" });
	context.terminal.note(`job ${job.metadata?.name} takes a snapshot`);
	const { result } = await followJob(access, job, context);
	const taken = takenSchema.safeParse(result).data?.snapshot.name;
	if (taken === undefined) throw new FailedError(`job ${job.metadata?.name} does not say which snapshot it took`);
	const { api, namespace } = access;
	const snapshots = await readSnapshots({ api, namespace, cluster: settings.cluster });
	return chooseSnapshot(snapshots, { field: "--from", name: taken, otherwise: instead });
}

/** A copy over the network would need a way from the clone to production, which is what a clone must not have. */
const withoutSnapshots = {
	field: "--from",
	value: "now",
	wrong: "this database's volumes cannot be snapshot, and a clone is made from a snapshot",
	remedy: "make a copy out of the backups instead: mysql-dr restore --to latest --into scratch",
};

function made(facts: CloneFacts, serving: CloneServing, took: number): Result {
	const document = documentOf(facts, serving, took);
	return { exit: "done", document, lines: lines(document, facts.clients) };
}

const milli = (time: number) => Math.round(time * 1000) / 1000;

function documentOf({ name, settings, snapshot, expiresAt, events }: CloneFacts, serving: CloneServing, took: number) {
	return {
		clone: name,
		of: settings.cluster,
		host: `mysql.${name}.svc.${settings.clusterDomain}`,
		port: 3306,
		snapshot: snapshot.name,
		takenAt: snapshot.takenAt,
		gtidExecuted: formatGtidSet(snapshot.gtidExecuted),
		expiresAt,
		accounts: { locked: serving.locked, kept: serving.kept },
		events,
		/** From the command to the first answer, and of these its server's own. */
		seconds: milli(took),
		serverSeconds: milli(serving.seconds),
	};
}

function lines(made: ReturnType<typeof documentOf>, clients: readonly string[]): string[] {
	const { clone: name, host, takenAt, snapshot, gtidExecuted, expiresAt, events } = made;
	const { locked, kept } = made.accounts;
	return [
		`${name} answered after ${seconds(made.seconds)}: the database as it was at ${takenAt} (${snapshot})`,
		`holds ${shortGtid(gtidExecuted)}`,
		`reach it from pods of ${[name, ...clients].join(", ")}: ${host}:3306`,
		`or from here: kubectl -n ${name} port-forward svc/mysql 3307:3306`,
		`its own passwords: mysql-dr credentials app -n ${name}`,
		...(locked.length === 0 ? [] : [`locked, since production knows their passwords: ${locked.join(", ")}`]),
		...(kept.length === 0 ? [] : [`open with production's passwords: ${kept.join(", ")}`]),
		events ? "its events run" : "its events do not run",
		`it deletes itself after ${expiresAt}: mysql-dr clone extend ${name} --ttl 8h | mysql-dr clone delete ${name}`,
	];
}
