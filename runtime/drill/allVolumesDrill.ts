/** The drill `volume --all`: all that is on every volume is destroyed under load, and brought back by one command. */
import { inSeconds } from "../../objectives/duration.ts";
import type { Forecast, Term } from "../../objectives/forecast.ts";
import type { Settings } from "../../objectives/settings.ts";
import { FailedError, Refusal } from "../exit.ts";
import { drillSchema, ownSchema } from "../instance/accountsSql.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { archiveStatus, catalogue } from "../kubernetes/archiverStatus.ts";
import { until } from "../kubernetes/until.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import { type DrillOptions, drillFailure, type Failure, forecastOf } from "./failureDrill.ts";
import type { DrillReport } from "./report.ts";
import { destroyVolume, release } from "./victim.ts";

export interface AllVolumesOptions extends DrillOptions {
	/** `mysql-dr restore --to latest --into new-volumes`. */
	readonly restore: () => Promise<void>;
}

/** Beyond the objective, so that what comes a little late is measured all the same. */
const extraMs = 60_000;
/** For the watchdog to see that nobody answers. */
const noticeMs = 60_000;

/** @throws Refusal where data of anybody's would go, or where nothing would bring them back */
export function drillAllVolumes(options: AllVolumesOptions): Promise<DrillReport> {
	return drillFailure(options, destroyedAll(options));
}

function destroyedAll({ settings, restore }: AllVolumesOptions): Failure {
	const pods = Array.from({ length: settings.members }, (_, n) => `mysql-${n}`);
	return {
		scenario: "volume",
		recovered: "copy",
		caused: () => `everything on the volumes of ${pods.join(", ")} destroyed`,
		said: () => `destroyed everything on every volume (${pods.join(", ")}: mysqld killed, all files deleted)`,
		ready: async (victim, { access }) => {
			await nothingOfAnybody(access, victim);
			await canBeBroughtBack(access, settings);
		},
		forecast: forecastAll,
		cause: (access) => destroyAll(access, pods),
		remedy: async (options) => {
			await awaitNotice(options);
			await restore();
		},
		release: async (access, _victim, limitMs, signal) => {
			await Promise.all(pods.map((pod) => release(access, pod, limitMs, signal)));
		},
		returns: true,
		protectedMs: ({ objective }) => objective.rto + extraMs,
	};
}

async function destroyAll(access: ClusterAccess, pods: readonly string[]): Promise<number> {
	const times = await Promise.all(pods.map((pod) => destroyVolume(access, pod)));
	return Math.min(...times);
}

/** Until then it would take the primary for one that may come back. */
async function awaitNotice({ access, signal, live }: DrillOptions): Promise<void> {
	const noticed = await until({ timeoutMs: noticeMs, periodMs: 500, signal }, async () => {
		live("waiting until the watchdog sees that nobody answers");
		const status = await leaderStatus(access).catch(() => null);
		return status?.instances.every(({ ready }) => !ready) ? true : null;
	});
	if (noticed === null) throw new FailedError("an instance still answers: see mysql-dr status");
}

/** In its container, as the account of the probes: every table that InnoDB knows, whoever may see it. */
const schemasQuery = "SELECT DISTINCT SUBSTRING_INDEX(NAME, '/', 1) FROM information_schema.INNODB_TABLES ORDER BY 1";
const notData = ["mysql", "sys", ownSchema, drillSchema];

/** All of it is about to be destroyed on purpose. */
async function nothingOfAnybody(access: ClusterAccess, primary: string): Promise<void> {
	const command = ["mysql", "--defaults-file=/run/mysql-dr/probe.cnf", "-NBe", schemasQuery];
	const { exitCode, stdout, stderr } = await access.run(primary, "mysql", command);
	if (exitCode !== 0) throw new FailedError(`the tables of ${primary} could not be listed: ${stderr.trim()}`);
	const found = stdout.split("\n").filter((name) => name !== "" && !notData.includes(name));
	if (found.length === 0) return;
	throw new Refusal(
		`there are tables in ${found.join(", ")}, and this drill destroys every copy of them`,
		"rehearse it on a database that was made for that",
	);
}

const harmful = ["archiveLagging", "archiveGap", "archiveStoreAway", "archiveProvisional", "archiveConflict"];

async function canBeBroughtBack(access: ClusterAccess, { plan }: Settings): Promise<void> {
	const refuse = (reason: string) => new Refusal(reason, "see mysql-dr archive status, and mysql-dr backups");
	const [archive, backups] = await Promise.all([archiveStatus(access), catalogue(access)]).catch((error: Error) => {
		throw refuse(`nothing is known of archive and backups: ${error.message}`);
	});
	const wrong = archive.alerts.filter((alert) => harmful.includes(alert));
	if (wrong.length > 0) throw refuse(`the archive is not whole (${wrong.join(", ")})`);
	if (archive.lagSeconds === null) throw refuse("nobody knows how far the archive reaches");
	const whole = backups.backups.some(
		({ kind, stores }) => kind !== "logical" && Object.values(stores).includes("present"),
	);
	if (!whole) throw refuse("there is no backup that a restore could begin with");
	if (plan.backup.full === null) throw refuse("no full backups are declared");
}

/**
 * The volume's time, and the data that a cluster's loss may cost: nobody is left who has the newest. What is expected is a
 * restore in place, without the time that it takes to find a moment.
 */
function forecastAll(settings: Settings): Forecast {
	const { objective, ...volume } = forecastOf(settings, "volume");
	const restored = forecastOf(settings, "badData").rto.terms.filter(({ name }) => name !== "finding the moment");
	const { rpo } = forecastOf(settings, "cluster");
	const rto = { seconds: sum(restored), terms: restored };
	const promised = { rto: objective.rto, rpo: settings.plan.objectives.rpo };
	const broken = [
		...(rto.seconds > inSeconds(promised.rto) ? (["rto"] as const) : []),
		...(rpo.seconds > inSeconds(promised.rpo) ? (["rpo"] as const) : []),
	];
	return { ...volume, rto, rpo, objective: promised, holds: broken.length === 0, broken };
}

const sum = (terms: readonly Term[]): number =>
	terms.reduce((whole, { seconds }) => whole + Math.round(seconds * 1000), 0) / 1000;
