/** What each kind of fault does to the world, and what ends it. */
import { quiesceOrder } from "../../runtime/failover/quiesce.ts";
import type { Fault, Kind } from "./faults.ts";
import { Mysql } from "./mysqlModel.ts";
import { snapshotOf } from "./snapshotModel.ts";
import { members, restoredCopy, type World, watchdogs } from "./world.ts";

type Undo = () => void;
type Effect = (world: World, who: string, fault: Fault) => Undo;

/** Begins the fault and gives what ends it. */
export function begin(world: World, fault: Fault): Undo {
	const who = resolve(world, fault.who);
	const other = resolve(world, fault.other);
	world.note(`FAULT ${fault.kind} ${who} ${other} for ${fault.lastsMs} ms (${fault.much})`);
	return effects[fault.kind](world, who, { ...fault, other });
}

function resolve(world: World, who: string): string {
	const primary = world.api.record?.primary ?? "mysql-0";
	const replicas = members.filter((m) => m !== primary);
	if (who === "primary") return primary;
	if (who === "replica") return replicas[0] as string;
	if (who === "other replica") return replicas[1] as string;
	return who === "leader" ? (world.leader() ?? "watchdog-0") : who;
}

/** One direction only where `both` is false: what `name` sends does not arrive. */
function cutFrom(world: World, name: string, others: readonly string[], both = true): Undo {
	const pairs = others
		.filter((n) => n !== name)
		.flatMap((n): [string, string][] =>
			both
				? [
						[name, n],
						[n, name],
					]
				: [[name, n]],
		);
	for (const [from, to] of pairs) world.network.cut(from, to);
	return () => {
		for (const [from, to] of pairs) world.network.heal(from, to);
	};
}

const everybody = [...members, ...watchdogs, "api", "clients"];
const nothing = () => {};

function pause(world: World, who: string): Undo {
	const process = world.processes.find((p) => p.name === who);
	process?.stop(true);
	return () => process?.stop(false);
}

function kill(world: World, who: string, silent: boolean): Undo {
	world.mysql(who).crash(silent);
	return () => world.mysql(who).start();
}

function all(...ends: Undo[]): Undo {
	return () => {
		for (const end of ends) end();
	};
}

function lag(world: World, who: string, much: number): Undo {
	const { receiver } = world.mysql(who);
	receiver.applyMs = 1 + much * 200;
	return () => {
		receiver.applyMs = 1;
	};
}

const effects: Record<Kind, Effect> = {
	kill: (world, who) => kill(world, who, false),
	zone: (world, who) =>
		all(cutFrom(world, who, everybody), kill(world, who, true), pause(world, `watchdog-${who.at(-1)}`)),
	freeze: (world, who) => {
		world.mysql(who).freeze(true);
		return () => world.mysql(who).freeze(false);
	},
	stall: (world, who) => {
		world.mysql(who).disk.stall(true);
		return () => world.mysql(who).disk.stall(false);
	},
	cut: (world, who, { other }) => cutFrom(world, who, [other], false),
	part: (world, who, { other }) => cutFrom(world, who, [other]),
	isolate: (world, who, { much }) => cutFrom(world, who, everybody, much < 0.6),
	// With its clients on its own side.
	secede: (world, who) => cutFrom(world, who, [...members, ...watchdogs]),
	sever: (world, who) => cutFrom(world, who, members),
	delay: (world, who, { other, much }) => {
		world.network.delay(who, other, much * 2500);
		return () => world.network.delay(who, other, -much * 2500);
	},
	forget: (world, _who, { much }) => {
		world.api.forgetful += much;
		return () => {
			world.api.forgetful -= much;
		};
	},
	// Requests are kept: an API server that hangs carries them out when it goes on.
	away: (world) => cutFrom(world, "api", everybody),
	pause,
	leader: (world) => pause(world, world.leader() ?? "watchdog-0"),
	lose: (world, who) => {
		const instance = world.mysql(who);
		world.watch.losing(instance);
		instance.crash(false);
		instance.wipe();
		return () => instance.start();
	},
	/** With its instance, or from under it. What is lost does not come back by itself. */
	volume: (world, who, { much }) => {
		const dead = much < 0.6;
		if (dead) world.watch.losing(world.mysql(who));
		world.volumes.lose(who, dead);
		return nothing;
	},
	/** Verified and ready at once; `much` decides whether the storage makes anything of it. */
	snapshot: (world, who, { much }) => {
		const instance = world.mysql(who);
		if (instance.up && !instance.cloning) world.volumes.snapshots.push(snapshotOf(instance, much > 0.15));
		return nothing;
	},
	errant: (world, who) => {
		world.mysql(who).writeErrantly();
		return nothing;
	},
	reset: (world, _who, { much }) => {
		let died = null as Mysql | null;
		let over = false;
		world.onReset = (instance, lastsMs) => {
			world.onReset = () => {};
			died = instance;
			world.clock.after(lastsMs * much, () => over || instance.crash(false));
		};
		return () => {
			over = true;
			world.onReset = () => {};
			died?.start();
		};
	},
	fence: (world) => {
		let end = nothing;
		world.onFence = () => {
			world.onFence = nothing;
			end = pause(world, world.leader() ?? "");
		};
		return () => {
			world.onFence = nothing;
			end();
		};
	},
	// A job that is killed leaves its order on the pod and the applier as it is.
	hold: (world, who, { much }) => {
		const instance = world.mysql(who);
		world.orders.set(who, quiesceOrder(world.clock.now(), "job"));
		instance.receiver.applying = false;
		return () => {
			if (much < 0.3) return;
			const { state, source } = instance.receiver;
			if (instance.up && source !== null && state !== "off") instance.receiver.startApplier();
			world.orders.delete(who);
		};
	},
	lag: (world, who, { much }) => lag(world, who, much),
	lagAll: (world, _who, { much }) => all(...members.map((name) => lag(world, name, much))),
	step: (world, who, { much }) => {
		const ms = (much - 0.5) * 7_200_000;
		const process = world.processes.find((p) => p.name === who);
		process?.step(ms);
		return () => process?.step(-ms);
	},
	order: (world, _who, { lastsMs }) => {
		const now = Date.UTC(2026, 0) + world.clock.now();
		const [at, until] = [now, now + lastsMs].map((ms) => new Date(ms).toISOString()) as [string, string];
		world.api.pause = { id: at, at, until, lastsMs: Math.max(1, lastsMs), reason: "simulated" };
		return nothing;
	},
	/** What a replica holds now is to take the place of all that there will be; in the end the copy goes away. */
	seed: (world, who) => {
		const donor = new Mysql(restoredCopy, world);
		donor.executed = world.mysql(who).executed.copy();
		world.donor = donor;
		world.api.request = {
			id: `s${world.clock.now()}`,
			kind: "seed",
			at: new Date(0).toISOString(),
			donor: { host: restoredCopy, port: 3306, identity: restoredCopy },
			gtids: donor.executed.text(),
			replaces: "in-place",
			beyondTerm: 0,
		};
		return () => donor.crash(false);
	},
	switchover: (world) => {
		world.api.request = { id: `r${world.clock.now()}`, kind: "switchover", at: new Date(0).toISOString() };
		return nothing;
	},
};
