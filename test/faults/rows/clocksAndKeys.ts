/** Rows about what the watchdogs take for granted: the time, and that they may log in. */
import { copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sqlString } from "../../../runtime/mysql/sqlText.ts";
import type { Bench } from "../bench/bench.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { asRoot } from "../bench/rootSession.ts";
import { budget } from "../bench/settings.ts";
import { Stage } from "../stage.ts";
import type { Row } from "./row.ts";

const pod = budget("pod");
const hour = 3_600_000;

export const clocksAndKeys: readonly Row[] = [
	{
		row: "29",
		// The watchdogs' `Date` only: the kernel's clock is the whole machine's. mysqld and Kubernetes keep the time.
		title: "the watchdogs' clock steps by an hour, in peace and in a failover",
		budget: pod,
		async run(stage) {
			const { bench, ledger } = stage;
			const by = stage.turn([hour, -hour]);
			await withSteppingClocks(bench, async (step) => {
				const begun = await Stage.set(bench, ledger, stage.round);
				await step(begun.leader.name, by);
				await begun.sameTermFor(4);
				for (const { name } of bench.watchdogs) await step(name, by);
				await begun.sameTermFor(2);
				stage.fault();
				await begun.primary.killForGood();
				await step(begun.leader.name, -by);
				await begun.promoted();
			});
		},
	},
	{
		row: "30a",
		title: "the watchdogs' password is wrong on the primary: unknown, no failover, an alert, until it is right again",
		budget: 1,
		async run(stage) {
			const { bench, primary, ledger } = stage;
			stage.fault();
			await changePassword(bench, primary, "wrong for now", "on this one only");
			await lockedOut(bench, [primary]);
			await stage.alert("primaryUnknown");
			await stage.sameTermFor(5);
			await ledger.more(20);
			await changePassword(bench, primary, bench.secrets.passwords.watchdog ?? "", "on this one only");
		},
	},
	{
		row: "30b",
		title: "the watchdogs' password is wrong everywhere: unknown, no failover, an alert, until it is right again",
		budget: 1,
		async run(stage) {
			const { bench, primary, ledger } = stage;
			stage.fault();
			await changePassword(bench, primary, "wrong for now", "and on its replicas");
			await ledger.more(20);
			await lockedOut(bench, bench.instances);
			await stage.alert("primaryUnknown");
			await stage.sameTermFor(5);
			await ledger.more(20);
			await changePassword(bench, primary, bench.secrets.passwords.watchdog ?? "", "and on its replicas");
		},
	},
	{
		row: "30c",
		title: "the watchdogs' password is wrong on a replica, then the primary dies: refused until it is right again",
		budget: null,
		async run(stage) {
			const { bench, primary, ledger } = stage;
			const [replica] = stage.replicas;
			await changePasswordOnReplica(bench, replica, "wrong for now");
			await lockedOut(bench, [replica]);
			await ledger.more(20);
			stage.fault();
			await primary.killForGood();
			await stage.alert("quorum");
			await stage.sameTermFor(3);
			await changePasswordOnReplica(bench, replica, bench.secrets.passwords.watchdog ?? "");
			await stage.promoted();
		},
	},
];

/** Runs the watchdogs with clocks that can be put wrong, then again with the machine's. */
async function withSteppingClocks(
	bench: Bench,
	work: (step: (name: string, ms: number) => Promise<void>) => Promise<void>,
): Promise<void> {
	const file = (name: string) => join("tmp", `clock-${name}`);
	const preload = join("tmp", "steppedClock.mjs");
	await copyFile(join(import.meta.dirname, "..", "bench", "steppedClock.mjs"), join(bench.folder, preload));
	const restart = async (env: (name: string) => Record<string, string>) => {
		await Promise.all(bench.watchdogs.map((each) => each.kill()));
		for (const each of bench.watchdogs) each.boot(env(each.name));
	};
	try {
		await restart((name) => ({ NODE_OPTIONS: `--import /${preload}`, CLOCK_STEP_FILE: `/${file(name)}` }));
		await bench.protected();
		await work((name, ms) => writeFile(join(bench.folder, file(name)), String(ms)));
	} finally {
		await restart(() => ({}));
		for (const { name } of bench.watchdogs) await rm(join(bench.folder, file(name)), { force: true });
	}
}

async function changePassword(
	bench: Bench,
	instance: DatabaseInstance,
	password: string,
	where: "on this one only" | "and on its replicas",
): Promise<void> {
	const logged = where === "and on its replicas" ? "ON" : "OFF";
	const change = `ALTER USER 'watchdog'@'%' IDENTIFIED BY ${sqlString(password)}`;
	await asRoot(bench, instance, [`SET SESSION sql_log_bin = ${logged}`, change]);
}

/** While nobody looks: a replica that is not read-only for a moment is fenced. */
async function changePasswordOnReplica(bench: Bench, replica: DatabaseInstance, password: string): Promise<void> {
	for (const each of bench.watchdogs) each.signal("SIGSTOP");
	try {
		await asRoot(bench, replica, ["SET GLOBAL super_read_only = OFF"]);
		await changePassword(bench, replica, password, "on this one only");
		await asRoot(bench, replica, ["SET GLOBAL super_read_only = ON"]);
	} finally {
		for (const each of bench.watchdogs) each.signal("SIGCONT");
	}
}

/** Sessions outlive a change of their password. */
async function lockedOut(bench: Bench, instances: readonly DatabaseInstance[]): Promise<void> {
	const question = "SELECT id FROM performance_schema.processlist WHERE user = 'watchdog'";
	for (const instance of instances) {
		const [rows] = (await asRoot(bench, instance, [question])) as [{ id: number }[]];
		for (const { id } of rows) await asRoot(bench, instance, [`KILL ${id}`]).catch(() => {});
	}
}
