/** Sequences that chance alone hardly ever makes, each with its times varied. Rows of the fault catalogue, mostly. */
import type { Fault } from "./faults.ts";
import type { Random } from "./random.ts";

export type Scenario = (random: Random) => readonly Fault[];

const fault = (kind: Fault["kind"], who: string, at: number, lastsMs: number, more: Partial<Fault> = {}): Fault => ({
	kind,
	who,
	at: Math.round(at),
	lastsMs: Math.round(lastsMs),
	other: "api",
	much: 0.5,
	...more,
});

export const scenarios: Readonly<Record<string, Scenario>> = {
	/** What the acker has in its relay log is the only other copy, and the primary does not send it again. */
	"the only acker restarts with an unapplied relay log, then the primary dies": (random) => {
		const down = random.between(2000, 3000);
		const up = random.between(200, 800);
		const dies = down + up + random.between(600, 2500);
		return [
			fault("lag", "other replica", 300, 10_000, { much: random.between(0.5, 1) }),
			fault("part", "primary", random.between(500, 1200), dies, { other: "replica" }),
			fault("kill", "other replica", down, up),
			fault("part", "primary", down, dies, { other: "other replica" }),
			fault("kill", "primary", dies, random.between(5000, 10_000)),
		];
	},
	/** What it fetched before, without syncing it, is acknowledged with the first thing that it is asked for. */
	"a replica that was cloned and applies slowly is the only one left to acknowledge": (random) => {
		const errs = random.between(500, 1500);
		const left = errs + random.between(800, 4000);
		const lasts = random.between(3000, 8000);
		return [
			fault("errant", "replica", errs, 0),
			fault("lag", "replica", errs + 100, 12_000, { much: random.between(0.2, 1) }),
			fault("part", "primary", left, lasts, { other: "other replica" }),
			fault("kill", "replica", left + random.between(200, 3000), random.between(500, 2000)),
		];
	},
	/** Until it is admitted it is taken for one that has acknowledged nothing: it does so from the moment it is connected. */
	"a replica that applies slowly crashes as soon as it acknowledges": (random) => {
		const errs = random.between(500, 1500);
		const left = errs + random.between(1800, 2600);
		return [
			fault("errant", "replica", errs, 0),
			fault("lag", "replica", errs + 100, 12_000, { much: random.between(0.8, 1) }),
			fault("part", "primary", left, random.between(7000, 10_000), { other: "other replica" }),
			fault("kill", "replica", left + random.between(2000, 2800), random.between(300, 800)),
		];
	},
	/** Its writers are still there, and its replicas would acknowledge if they were let. */
	"the primary comes back to its replicas while the candidate catches up": (random) => {
		const lost = random.between(2000, 4000);
		return [
			fault("lagAll", "replica", 200, random.between(9000, 14_000), { much: random.between(0.4, 1) }),
			fault("secede", "primary", lost, random.between(3200, 6500)),
		];
	},
	"the candidate takes an errant write while it catches up": (random) => {
		const dies = random.between(3000, 5000);
		return [
			fault("lagAll", "replica", 200, random.between(9000, 14_000), { much: random.between(0.5, 1) }),
			fault("kill", "primary", dies, random.between(3000, 10_000)),
			fault("errant", random.pick(["replica", "other replica"]), dies + random.between(500, 5000), 0),
		];
	},
	"the host of a replica vanishes while it is cloned": (random) => {
		const errs = random.between(500, 1500);
		return [
			fault("errant", "replica", errs, 0),
			fault("zone", "replica", errs + random.between(500, 3500), random.between(1000, 9000)),
		];
	},
	/** It comes back with a relay log that it cannot read, as does whoever is next where the first death was within the reset too. */
	"the candidate dies while it forgets its source": (random) => {
		const dies = random.between(500, 2000);
		return [
			fault("kill", "primary", dies, random.between(1000, 8000)),
			fault("reset", "replica", dies - 100, random.between(2000, 9000), { much: random.between(0, 0.99) }),
			fault("reset", "replica", dies + 9100, random.between(1000, 5000), { much: random.between(0, 0.99) }),
			fault("kill", "primary", dies + 9200, random.between(1000, 5000)),
		];
	},
	/** What it had begun there must not go on when the old primary has become the primary again. */
	"the leader stands still while it closes the old primary, which is made the primary again": (random) => {
		const asked = random.between(500, 2000);
		const goesOn = asked + random.between(7000, 10_000);
		return [
			fault("fence", "leader", asked - 100, goesOn - asked + 100),
			// Commits wait there for an acknowledgement.
			fault("sever", "primary", goesOn - random.between(100, 600), 1500),
			// Not answered, and so carried out twice: there and back.
			fault("switchover", "primary", asked, 900),
		];
	},
	"the leader stands still in the middle of a failover": (random) => {
		const dies = random.between(500, 2000);
		return [
			fault("kill", "primary", dies, random.between(1000, 8000)),
			fault("leader", "leader", dies + random.between(200, 1500), random.between(2500, 7000)),
		];
	},
	"the API server hangs in the middle of a failover": (random) => {
		const dies = random.between(500, 2000);
		return [
			fault("kill", "primary", dies, random.between(1000, 12_000)),
			fault("away", "api", dies + random.between(0, 1500), 10_000),
		];
	},
	"the primary dies while its only acker is isolated": (random) => {
		const dies = random.between(2000, 4000);
		return [
			fault("part", "primary", dies - random.between(500, 1500), 8000, { other: "replica" }),
			fault("isolate", "other replica", dies - random.between(0, 300), random.between(3000, 9000), { much: 0 }),
			fault("kill", "primary", dies, random.between(3000, 10_000)),
		];
	},
	"the new primary dies right after its promotion": (random) => {
		const dies = random.between(500, 2000);
		return [
			fault("kill", "primary", dies, random.between(1000, 10_000)),
			fault("kill", "primary", dies + random.between(600, 3000), random.between(500, 8000)),
		];
	},
	"the primary's disk stalls and later its host is lost": (random) => {
		const stalls = random.between(500, 2000);
		return [
			fault("stall", "primary", stalls, random.between(4000, 12_000)),
			fault("zone", "primary", stalls + random.between(1000, 8000), random.between(1000, 6000)),
		];
	},
	"an errant replica is the only one with the last writes when the primary dies": (random) => {
		const dies = random.between(2000, 4000);
		return [
			fault("part", "primary", dies - random.between(500, 1500), 3000, { other: "replica" }),
			fault("errant", "other replica", dies - random.between(50, 1500), 0),
			fault("kill", "primary", dies, random.between(1000, 10_000)),
		];
	},
	/** Wiped as errant, a replica may take the only other copy of an acknowledged write with it. */
	"an errant replica is rebuilt while the other one is cut off, then the primary's data is lost": (random) => {
		const errs = random.between(1500, 3000);
		return [
			fault("part", "primary", errs - random.between(0, 1500), random.between(1500, 6000), { other: "replica" }),
			fault("errant", "other replica", errs, 0),
			fault("lose", "primary", errs + random.between(600, 4000), random.between(500, 8000)),
		];
	},
	"the primary restarts at once with commits that were never acknowledged": (random) => {
		const dies = random.between(2000, 4000);
		return [
			fault("sever", "primary", dies - random.between(50, 1000), random.between(1000, 5000)),
			fault("kill", "primary", dies, random.between(50, 2500)),
		];
	},
	"a replica sees the old primary go on when it was thought dead": (random) => {
		const stops = random.between(500, 2000);
		return [fault("freeze", "primary", stops, random.between(2500, 9000))];
	},
	/** What the leader sent before it was cut off lands after its successor has opened the old primary again. */
	"a record is saved late, after the primary came back": (random) => {
		const dies = random.between(500, 2000);
		return [
			fault("kill", "primary", dies, random.between(1500, 4500)),
			fault("cut", "leader", dies + random.between(0, 500), random.between(4000, 9000)),
		];
	},
	/** As above, and meanwhile another instance was promoted, since the first choice was gone. */
	"a record is saved late, after another instance was promoted": (random) => {
		const dies = random.between(500, 2000);
		const cut = dies + random.between(0, 500);
		return [
			fault("kill", "primary", dies, random.between(3000, 9000)),
			fault("cut", "leader", cut, random.between(5000, 10_000)),
			fault("kill", "replica", cut + random.between(300, 1500), random.between(3000, 9000)),
		];
	},
	/** Undone on an instance that restarted: what it was told before is forgotten. */
	"a switchover cannot finish, and the primary restarts meanwhile": (random) => {
		const asked = random.between(2000, 4000);
		return [
			fault("lagAll", "replica", 200, asked + random.between(3000, 9000), { much: random.between(0.6, 1) }),
			fault("switchover", "primary", asked, 0),
			fault("kill", "primary", asked + random.between(100, 3500), random.between(50, 1200)),
		];
	},
	/** Undone on an empty instance: it would open, and its replica would acknowledge what belongs to no history. */
	"a switchover cannot finish, and the primary's data are lost meanwhile": (random) => {
		const asked = random.between(2000, 4000);
		return [
			fault("isolate", "replica", asked - random.between(20, 150), random.between(5000, 10_000), { much: 0 }),
			fault("switchover", "primary", asked, 0),
			fault("lose", "primary", asked + random.between(300, 1500), random.between(50, 600)),
		];
	},
};
