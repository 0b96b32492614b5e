/** What goes wrong, when and for how long: drawn from the seed as plain data, so that a schedule can be shrunk. */
import type { Random } from "./random.ts";
import { scenarios } from "./scenarios.ts";
import { members, watchdogs } from "./world.ts";

export interface Fault {
	readonly kind: Kind;
	/** Milliseconds after the cluster was first protected. */
	readonly at: number;
	readonly lastsMs: number;
	/** A node, or "primary", "replica", "other replica", "leader": whoever is that when the fault begins. */
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
	"secede",
	"sever",
	"delay",
	"forget",
	"away",
	"pause",
	"leader",
	"lose",
	"errant",
	"lag",
	"lagAll",
	"step",
	"order",
	"switchover",
] as const;
/**
 * In schedules of their own only: a restored copy put in place, a death within a reset, a leader still within a fence, an
 * applier held still for a snapshot, a lost volume, a snapshot that a new one may be made of.
 */
export type Kind = (typeof kinds)[number] | "seed" | "reset" | "fence" | "hold" | "volume" | "snapshot";

/** All faults are over by then. */
export const horizonMs = 22_000;

const onInstance: readonly Kind[] = [
	"kill",
	"freeze",
	"stall",
	"lose",
	"errant",
	"lag",
	"zone",
	"isolate",
	"secede",
	"sever",
];

/** Chance alone, or one of the known dangerous sequences with some chance around it. */
export function drawFaults(random: Random): Fault[] {
	const faults: Fault[] = [];
	if (random.next() < 0.3) faults.push(...random.pick(Object.values(scenarios))(random));
	const count = faults.length > 0 ? random.whole(0, 3) : random.whole(1, 7);
	for (let n = 0; n < count; n++) faults.push(drawOne(random));
	// The quorum condition: see watch.ts.
	const [first] = faults.filter((f) => f.kind === "lose");
	return faults.filter((f) => f.kind !== "lose" || f === first).sort((a, b) => a.at - b.at);
}

function drawOne(random: Random): Fault {
	const kind = random.pick(kinds);
	const at = Math.round(random.between(0, 12_000));
	const lastsMs = Math.round(random.next() < 0.5 ? random.between(50, 2500) : random.between(2500, 10_000));
	const nodes = ["primary", "primary", "leader", ...members, ...watchdogs];
	const who = random.pick(onInstance.includes(kind) ? ["primary", "primary", ...members] : nodes);
	const other = random.pick([...nodes, "api", "api", "clients"]);
	return { kind, at, lastsMs, who, other, much: Math.round(random.next() * 100) / 100 };
}
