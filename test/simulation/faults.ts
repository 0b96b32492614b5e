/** What goes wrong, when and for how long: drawn from the seed as plain data, so that a schedule can be shrunk. */
import type { Random } from "./random.ts";
import { members, type World, watchdogs } from "./world.ts";

export interface Fault {
	readonly kind: Kind;
	/** Milliseconds after the cluster was first protected. */
	readonly at: number;
	readonly lastsMs: number;
	/** A node, or "primary" or "leader": whoever is that when the fault begins. */
	readonly who: string;
	readonly other: string;
	/** How much, from 0 to 1: of a delay, of lost answers, of lag. */
	readonly much: number;
}

const kinds = [
	"kill",
	"zone",
	"freeze",
	"stall",
	"cut",
	"part",
	"isolate",
	"delay",
	"forget",
	"away",
	"pause",
	"leader",
	"lose",
	"lag",
	"switchover",
] as const;
export type Kind = (typeof kinds)[number];

/** All faults are over by then. */
export const horizonMs = 22_000;

export function drawFaults(random: Random): Fault[] {
	const count = random.whole(1, 7);
	let lost = false;
	const faults: Fault[] = [];
	for (let n = 0; n < count; n++) {
		const kind = random.pick(kinds);
		const at = Math.round(random.between(0, 12_000));
		const lastsMs = Math.round(random.next() < 0.5 ? random.between(50, 2500) : random.between(2500, 10_000));
		const nodes = ["primary", "primary", "leader", ...members, ...watchdogs];
		const instance = ["primary", "primary", ...members];
		const onInstance = ["kill", "freeze", "stall", "lose", "lag", "zone", "isolate"].includes(kind);
		const who = random.pick(onInstance ? instance : nodes);
		const other = random.pick([...nodes, "api", "api", "clients"]);
		// The quorum condition: see watch.ts.
		if (kind === "lose" && lost) continue;
		lost ||= kind === "lose";
		faults.push({ kind, at, lastsMs, who, other, much: Math.round(random.next() * 100) / 100 });
	}
	return faults.sort((a, b) => a.at - b.at);
}

/** Begins the fault and gives what ends it. */
export function begin(world: World, fault: Fault): () => void {
	const who = resolve(world, fault.who);
	const other = resolve(world, fault.other);
	world.note(`FAULT ${fault.kind} ${who} ${other} for ${fault.lastsMs} ms (${fault.much})`);
	return effects[fault.kind](world, who, { ...fault, other });
}

function resolve(world: World, who: string): string {
	if (who === "primary") return world.api.record?.primary ?? "mysql-0";
	return who === "leader" ? (world.leader() ?? "watchdog-0") : who;
}

type Effect = (world: World, who: string, fault: Fault) => () => void;

const cutAll = (world: World, name: string, both: boolean) => {
	const others = [...members, ...watchdogs, "api", "clients"].filter((n) => n !== name);
	const pairs = others.flatMap(
		(n) =>
			(both
				? [
						[name, n],
						[n, name],
					]
				: [[name, n]]) as [string, string][],
	);
	for (const [from, to] of pairs) world.network.cut(from, to);
	return () => {
		for (const [from, to] of pairs) world.network.heal(from, to);
	};
};

const pause: Effect = (world, who) => {
	const process = world.processes.find((p) => p.name === who);
	process?.stop(true);
	return () => process?.stop(false);
};

const kill = (world: World, who: string, silent: boolean) => {
	world.mysql(who).crash(silent);
	return () => world.mysql(who).start();
};

const effects: Record<Kind, Effect> = {
	kill: (world, who) => kill(world, who, false),
	zone: (world, who) => {
		const ends = [
			cutAll(world, who, true),
			kill(world, who, true),
			pause(world, `watchdog-${who.at(-1)}`, {} as Fault),
		];
		return () => {
			for (const end of ends) end();
		};
	},
	freeze: (world, who) => {
		world.mysql(who).freeze(true);
		return () => world.mysql(who).freeze(false);
	},
	stall: (world, who) => {
		world.mysql(who).stall(true);
		return () => world.mysql(who).stall(false);
	},
	cut: (world, who, { other }) => {
		world.network.cut(who, other);
		return () => world.network.heal(who, other);
	},
	part: (world, who, { other }) => {
		world.network.cut(who, other);
		world.network.cut(other, who);
		return () => {
			world.network.heal(who, other);
			world.network.heal(other, who);
		};
	},
	isolate: (world, who, { much }) => cutAll(world, who, much < 0.6),
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
	away: (world) => {
		return cutAll(world, "api", true);
	},
	pause,
	leader: (world, _who, fault) => pause(world, world.leader() ?? "watchdog-0", fault),
	lose: (world, who) => {
		const instance = world.mysql(who);
		world.watch.excuse();
		instance.crash(false);
		instance.wipe();
		return () => instance.start();
	},
	lag: (world, who, { much }) => {
		const { receiver } = world.mysql(who);
		receiver.applyMs = 1 + much * 200;
		return () => {
			receiver.applyMs = 1;
		};
	},
	switchover: (world) => {
		world.api.request = { id: `r${world.clock.now()}`, kind: "switchover", at: new Date(0).toISOString() };
		return () => {};
	},
};
