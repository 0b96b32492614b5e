/** The statements that the watchdog sends, as the model carries them out. An unknown one is an error of the model. */

import { contains, parseGtidSet } from "../../runtime/mysql/gtidSet.ts";
import type { Row } from "../../runtime/mysql/session.ts";
import type { Mysql } from "./mysqlModel.ts";
import { type Rows, reading } from "./readingModel.ts";
import { SqlError } from "./sqlError.ts";

type Done = (error: Error | null, rows?: readonly Row[]) => void;

const killed = () => new SqlError(1317, "the session was killed", true);

/** What the server keeps of a session. */
export interface SessionState {
	lockWaitMs: number;
	/** It was told to end: what it does now finishes, and nothing else is begun. */
	killed: boolean;
	/** It only reads. */
	readonly probes: boolean;
	/** Tells the other end that it is gone. */
	hangUp: () => void;
}

/** The server's default of the lock wait: a year. */
export const newSession = (probes: boolean): SessionState => ({
	lockWaitMs: 31_536_000_000,
	killed: false,
	probes,
	hangUp: () => {},
});

interface Call {
	readonly own: Mysql;
	readonly session: SessionState;
	readonly sql: string;
	readonly done: Done;
}

type Handler = (call: Call) => void;

const handlers: readonly (readonly [prefix: string, handler: Handler])[] = [
	["STOP REPLICA IO_THREAD", written(stopReceiver)],
	["STOP REPLICA SQL_THREAD", written(at(stopApplier))],
	["STOP REPLICA", written(stopReplica)],
	["RESET REPLICA ALL", written(resetReplica)],
	["FLUSH LOCAL RELAY LOGS", written(at(({ receiver }) => receiver.flush()))],
	["FLUSH BINARY LOGS", at(() => {})],
	["START REPLICA SQL_THREAD", written(at(startApplier))],
	["START REPLICA IO_THREAD", written(at(startReceiver))],
	["CHANGE REPLICATION SOURCE", written(at(changeSource))],
	["SET GLOBAL rpl_semi_sync_source_enabled = ON", at((own) => own.setAcksRequired(true))],
	["SET GLOBAL rpl_semi_sync_source_enabled = OFF", at((own) => own.setAcksRequired(false))],
	["SET GLOBAL rpl_semi_sync_replica_enabled", at(setAcknowledging)],
	["SET GLOBAL sync_relay_log", at(setSyncs)],
	["SET GLOBAL offline_mode = ON", at(shutOut)],
	["SET GLOBAL offline_mode = OFF", at((own) => own.setOffline(false))],
	["SET GLOBAL super_read_only = ON", refuseWrites],
	[
		"SET GLOBAL super_read_only = OFF",
		at((own) => {
			own.superReadOnly = false;
		}),
	],
	["SET GLOBAL read_only = OFF", at(acceptWrites)],
	["SET SESSION lock_wait_timeout", setLockWait],
	["SET GLOBAL clone_", at(() => {})],
	["ALTER INSTANCE RELOAD", at(() => {})],
	["SELECT threads.PROCESSLIST_ID", at(() => {})],
	["SELECT PROCESSLIST_ID AS id", otherSessions],
	["KILL", kill],
	["SELECT CHANNEL_NAME", at(() => {})],
	["SELECT WAIT_FOR_EXECUTED_GTID_SET", waitFor],
	[
		"SELECT trx_id",
		({ own, done }) =>
			done(
				null,
				[...own.open].map((n) => ({ trx_id: n, session: n })),
			),
	],
	["CREATE DATABASE", ({ own, done }) => own.write(null, (a) => done(a === "done" ? null : new SqlError(1290, a)))],
	["SELECT 1", at(() => {})],
	["SHOW BINARY LOGS", ({ done }) => done(null, [{ Log_name: "binlog.000001" }])],
	["CLONE INSTANCE", clone],
	["SELECT STATE AS state", ({ own, done }) => done(null, [cloneStatus(own)])],
	["SELECT @@GLOBAL.gtid_executed", ({ own, done }) => done(null, [restoredCopy(own)])],
];

/** What a crash cut off is said to be under way, in no session. */
function cloneStatus({ cloning, cutOff }: Mysql): Row {
	return { state: cloning || cutOff ? "In Progress" : "Completed", pid: cloning ? 1 : 0 };
}

/** What is asked of one before it is put in place. */
function restoredCopy({ executed, superReadOnly }: Mysql): Row {
	return { executed: executed.text(), closed: superReadOnly ? 1 : 0, version: "9.7.4", clonable: 1 };
}

export function execute(
	own: Mysql,
	session: SessionState,
	sql: string,
	done: (error: Error | null, rows?: Rows) => void,
): void {
	if (sql.startsWith("SELECT @@server_uuid")) {
		done(null, reading(own));
		return;
	}
	const statements = sql.split(";").map((s) => s.trim());
	const results: (readonly Row[])[] = [];
	const { boot } = own;
	const step = (n: number) => {
		if (session.killed) return done(killed());
		const statement = statements[n];
		if (statement === undefined) return done(null, results);
		const found = handlers.find(([prefix]) => statement.startsWith(prefix));
		if (found === undefined) throw new Error(`the model does not know: ${statement}`);
		const next: Done = (error, rows = []) => {
			if (error !== null) return done(error);
			results.push(rows);
			// Something may come between two statements.
			own.world.clock.after(0.1, () => boot === own.boot && own.arrive(() => step(n + 1)));
		};
		found[1]({ own, session, sql: statement, done: next });
	};
	step(0);
}

/** By their place in the order in which they were opened. */
function otherSessions({ own, session, done }: Call): void {
	const rows = [...own.states].flatMap(([id, one]) =>
		one === session || one.probes || one.killed ? [] : [{ id, waits: 0 }],
	);
	done(null, rows);
}

function kill({ own, sql, done }: Call): void {
	const state = own.states.get(Number(sql.split(" ")[1]));
	if (state !== undefined) {
		state.killed = true;
		state.hangUp();
	}
	done(state === undefined ? new SqlError(1094, "unknown thread id") : null);
}

function at(work: (own: Mysql, sql: string) => void): Handler {
	return ({ own, sql, done }) => {
		try {
			work(own, sql);
		} catch (error) {
			return done(error as Error);
		}
		done(null);
	};
}

/** Replication's state is kept in tables and files. */
function written(handler: Handler): Handler {
	return (call) =>
		call.own.disk.write(() => {
			if (call.session.killed) call.done(killed());
			else handler(call);
		});
}

/** The connect time limit of a receiver, in which it cannot be interrupted. */
const connectLimitMs = 2000;

/** The thread is told at once; the statement waits until it has heard. */
function stopReceiver({ own, done }: Call): void {
	const { clock, random } = own.world;
	const { deaf } = own.receiver;
	own.receiver.stop();
	const { boot } = own;
	const heard = () => boot === own.boot && own.arrive(() => done(null));
	if (deaf) clock.after(random.between(0, connectLimitMs), heard);
	else done(null);
}

function shutOut(own: Mysql): void {
	own.setOffline(true);
	own.world.onFence();
}

function setAcknowledging({ receiver }: Mysql, sql: string): void {
	receiver.acknowledging = sql.endsWith("= ON");
}

function setSyncs({ receiver }: Mysql, sql: string): void {
	receiver.syncs = sql.endsWith("= 1");
}

function stopApplier({ receiver }: Mysql): void {
	receiver.applying = false;
}

function stopReplica(call: Call): void {
	stopApplier(call.own);
	stopReceiver(call);
}

function setLockWait({ session, sql, done }: Call): void {
	session.lockWaitMs = Number(/= (\d+)/.exec(sql)?.[1]) * 1000;
	done(null);
}

function startApplier({ receiver }: Mysql): void {
	if (receiver.source === null) throw new SqlError(1200, "not configured as replica");
	receiver.startApplier();
}

/** Files first, then what the tables say of them. */
function resetReplica({ own, done }: Call): void {
	const { boot, receiver, world } = own;
	if (receiver.state !== "off" || receiver.applying) {
		done(new SqlError(3081, "replication threads run"));
		return;
	}
	receiver.purge();
	receiver.resetting = receiver.source !== null;
	const lastsMs = receiver.resetting ? world.random.between(1, 40) : 0;
	if (receiver.resetting) world.onReset(own, lastsMs);
	world.clock.after(lastsMs, () => {
		if (boot !== own.boot) return;
		receiver.forget();
		done(null);
	});
}

function startReceiver({ receiver }: Mysql): void {
	if (receiver.source === null) throw new SqlError(1200, "not configured as replica");
	receiver.start();
}

function changeSource({ receiver }: Mysql, sql: string): void {
	if (receiver.state !== "off") throw new SqlError(3021, "the receiver runs");
	if (receiver.applying && sql.includes("SOURCE_AUTO_POSITION")) throw new SqlError(3021, "the applier runs");
	if (!receiver.applying) receiver.purge();
	receiver.source = /SOURCE_HOST = '([^']+)'/.exec(sql)?.[1] ?? null;
}

function refuseWrites({ own, session, done }: Call): void {
	const before = own.readOnly;
	own.readOnly = true;
	let late = false;
	const { boot } = own;
	const timer = own.world.clock.after(session.lockWaitMs, () => {
		if (boot !== own.boot) return;
		late = true;
		own.readOnly = before;
		done(new SqlError(1205, "lock wait timeout"));
	});
	own.whenIdle(() => {
		if (late || session.killed) return;
		timer.cancelled = true;
		own.superReadOnly = true;
		done(null);
	});
}

function acceptWrites(own: Mysql): void {
	own.world.watch.opened(own);
	if (own.readOnly) own.world.note(`${own.name} accepts writes`);
	own.readOnly = false;
	own.superReadOnly = false;
}

function waitFor({ own, sql, done }: Call): void {
	const [, text = "", seconds = "0"] = /SET\('([^']*)', ([\d.]+)\)/.exec(sql) ?? [];
	const wanted = parseGtidSet(text);
	let over = false;
	const finish = (late: number) => {
		over = true;
		done(null, [{ late }]);
	};
	const { boot } = own;
	own.world.clock.after(Number(seconds) * 1000, () => !over && boot === own.boot && own.arrive(() => finish(1)));
	const look = () => {
		if (over) return;
		if (contains(parseGtidSet(own.executed.text()), wanted)) finish(0);
		else own.receiver.onApplied(look);
	};
	look();
}

/** The recipient's own data goes first; it ends with a restart that the session sees as a lost connection. */
function clone({ own, sql, done }: Call): void {
	const donor = own.world.mysql(/@'([^']+)'/.exec(sql)?.[1] ?? "");
	if (!donor.up || donor.stopped || !own.world.network.joined(own.name, donor.name)) {
		done(new SqlError(3862, "clone: the donor cannot be reached"));
		return;
	}
	if (own.cloning) {
		done(new SqlError(3634, "clone: another one is under way"));
		return;
	}
	own.world.note(`${own.name} is cloned from ${donor.name}`);
	own.wipe();
	own.cloning = true;
	own.cutOff = true;
	const { boot } = own;
	own.world.clock.after(own.world.random.between(300, 2000), () => {
		if (boot !== own.boot) return;
		own.cloning = false;
		own.cutOff = false;
		if (!donor.up) return done(new SqlError(3862, "clone: the donor is gone"));
		const executed = donor.executed.copy();
		const { source } = donor.receiver;
		own.crash(false);
		own.executed = executed;
		own.purged = executed.copy();
		own.receiver.source = source;
		own.start();
		done(Object.assign(new Error("the server restarts itself"), { code: "PROTOCOL_CONNECTION_LOST", fatal: true }));
	});
}
