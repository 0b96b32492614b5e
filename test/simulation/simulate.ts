/** One schedule from one seed: start, break, heal, recover. And the smallest schedule that still fails. */
import { longestHoldMs } from "../../runtime/failover/quiesce.ts";
import type { Seed } from "../../runtime/failover/record.ts";
import { begin } from "./effects.ts";
import { drawFaults, type Fault, horizonMs } from "./faults.ts";
import { Random } from "./random.ts";
import { type Mutate, World } from "./world.ts";

export interface Outcome {
	readonly seed: number;
	readonly faults: readonly Fault[];
	readonly violations: readonly string[];
	readonly trace: readonly string[];
	readonly acknowledged: number;
	/** Terms that there were. */
	readonly terms: number;
	/** Virtual milliseconds from the end of the last fault until the cluster was protected and served again; null when it never was. */
	readonly recoveredMs: number | null;
	/** Why it stands still in the end, where it may. */
	readonly leftToPeople: string | null;
	/** What came of a restored copy; null where there was none, or where it was refused. */
	readonly restored: Seed["state"] | null;
	/** How many volumes were replaced. */
	readonly replaced: number;
	/** How many of the new ones came with a snapshot's data. */
	readonly copied: number;
}

export interface Schedule {
	readonly seed: number;
	/** Drawn from the seed where absent. */
	readonly faults?: readonly Fault[];
	readonly mutate?: Mutate;
	/** Keeps what happens, as text. */
	readonly traced?: boolean;
}

const startLimitMs = 30_000;
const recoverLimitMs = 60_000;

export async function simulate(schedule: Schedule): Promise<Outcome> {
	const { seed, faults = drawFaults(new Random(seed)), mutate, traced } = schedule;
	const volumes = faults.some(({ kind }) => kind === "volume");
	const world = new World(seed + 1_000_003, mutate, { traced: traced === true, volumes });
	const { clock, watch } = world;
	const violated = () => watch.violations.length > 0;
	await clock.run(startLimitMs, () => violated() || world.protected());
	if (!world.protected()) watch.violated("the cluster was never protected");
	const start = clock.now();
	let healed = start;
	for (const fault of faults) {
		const lastsMs = Math.min(fault.lastsMs, horizonMs - fault.at);
		healed = Math.max(healed, start + fault.at + lastsMs);
		clock.after(fault.at, () => {
			const end = begin(world, fault);
			clock.after(lastsMs, () => {
				world.note(`healed ${fault.kind}`);
				end();
			});
		});
	}
	await clock.run(healed + 1, violated);
	const serves = () => world.clients.every((c) => !c.follows || c.heardAt > healed);
	const well = () => clock.now() > healed && serves() && world.protected() && world.volumes.sound;
	// What a killed job of snapshots left runs out by itself.
	const limitMs = recoverLimitMs + (faults.some(({ kind }) => kind === "hold") ? longestHoldMs : 0);
	await clock.run(healed + limitMs, () => violated() || well());
	const leftToPeople = violated() || well() ? null : watch.leftToPeople;
	if (!violated() && !well() && leftToPeople === null)
		watch.violated(`no progress within ${limitMs} ms after all faults healed`);
	const { record } = world.api;
	if (!violated() && well() && record !== null)
		watch.missing("in the end", record.primary, world.mysql(record.primary).executed);
	return {
		seed,
		faults,
		violations: watch.violations,
		trace: world.trace,
		acknowledged: watch.acknowledgedWrites,
		terms: record?.term ?? 0,
		recoveredMs: well() ? clock.now() - healed : null,
		leftToPeople,
		restored: record?.seed?.state ?? null,
		replaced: world.volumes.replaced,
		copied: world.volumes.copied,
	};
}

/** Drops faults one at a time until each one that is left is needed; its trace is kept. */
export async function shrink(failed: Outcome, mutate?: Mutate): Promise<Outcome> {
	const again = (faults: readonly Fault[]) =>
		simulate({ seed: failed.seed, faults, traced: true, ...(mutate === undefined ? {} : { mutate }) });
	let smallest = await again(failed.faults);
	for (let n = 0; n < smallest.faults.length; ) {
		const outcome = await again(smallest.faults.filter((_, index) => index !== n));
		if (outcome.violations.length === 0) n += 1;
		else {
			smallest = outcome;
			// What was needed beside the one that is gone may not be any more.
			n = 0;
		}
	}
	return smallest;
}
