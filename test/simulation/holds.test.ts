import { describe, expect, test } from "@jest/globals";
import { quiesceOrder } from "../../runtime/failover/quiesce.ts";
import { drawFaults, type Fault } from "./faults.ts";
import { Random } from "./random.ts";
import { simulate } from "./simulate.ts";
import type { Mutate } from "./world.ts";

const schedules = 100;

/** A replica's applier is held still for a snapshot while all else goes wrong; some jobs are killed, and put nothing back. */
function draw(seed: number): readonly Fault[] {
	const random = new Random(seed);
	const at = Math.round(random.between(500, 9000));
	const lastsMs = Math.round(random.between(500, 12_000));
	const who = random.pick(["replica", "other replica"]);
	const hold: Fault = { kind: "hold", at, lastsMs, who, other: "api", much: random.next() };
	return [hold, ...drawFaults(random)].sort((a, b) => a.at - b.at);
}

/** For as long as the order is there it is new at each look. */
const endless: Mutate = (options) => {
	let looks = 0;
	const database = () => {
		const pods = options.pods.database();
		return new Map([...pods].map(([name, pod]) => [name, { ...pod, quiesced: pod.quiesced && again() }]));
	};
	const again = () => quiesceOrder(looks++, "job");
	return { ...options, pods: { ...options.pods, database } };
};

/** Alone in its schedule. */
const hold = (much: number): Fault => ({
	kind: "hold",
	at: 1000,
	lastsMs: 8000,
	who: "replica",
	other: "api",
	much,
});

const lost: Fault = { kind: "kill", at: 3000, lastsMs: 5000, who: "primary", other: "api", much: 0 };

describe("an applier that is held still for a snapshot", () => {
	test(`costs no acknowledged write and keeps nobody waiting in the end, in ${schedules} schedules`, async () => {
		let changes = 0;
		for (let seed = 1; seed <= schedules; seed++) {
			const { violations, terms } = await simulate({ seed, faults: draw(seed) });
			expect({ seed, violations }).toEqual({ seed, violations: [] });
			changes += terms - 1;
		}
		expect(changes).toBeGreaterThan(schedules / 4);
	}, 600_000);

	test("is not started by the watchdog meanwhile, and is a minute after a job that was killed", async () => {
		const { violations, recoveredMs } = await simulate({ seed: 1, faults: [hold(0)] });
		expect(violations).toEqual([]);
		// Seen at 1,000 ms, and the job would have been through at 9,000.
		expect(recoveredMs).toBeGreaterThan(50_000);
		expect(recoveredMs).toBeLessThan(55_000);
		expect((await simulate({ seed: 1, faults: [hold(1)] })).recoveredMs).toBeLessThan(5000);
	});

	test("does not hold a failover up, which starts it", async () => {
		const { violations, terms } = await simulate({ seed: 1, faults: [hold(0), lost] });
		expect({ violations, terms }).toEqual({ violations: [], terms: 2 });
	});

	test("would never go on if its minute had no end", async () => {
		const { violations } = await simulate({ seed: 1, faults: [hold(0)], mutate: endless });
		expect(violations).toEqual([expect.stringMatching(/^no progress/)]);
	});
});
