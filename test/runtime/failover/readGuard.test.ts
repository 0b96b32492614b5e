import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Logger, pino } from "pino";
import { Freshness } from "../../../runtime/failover/freshness.ts";
import { mayServe } from "../../../runtime/failover/readers.ts";
import { ReadGuard } from "../../../runtime/failover/readGuard.ts";
import type { Health, View } from "../../../runtime/failover/view.ts";
import { ManualClock } from "./manualClock.ts";
import {
	facts,
	gtids,
	lostSource,
	primaryReading,
	reads,
	receiver,
	record,
	replicaReading,
	silent,
	uuid,
	view,
} from "./scene.ts";
import { pod } from "./volumeScene.ts";

const limit = 10_000;
const netTimeoutMs = 2000;
const ages = fc.record({ ms: fc.double({ min: 0, max: 3 * limit, noNaN: true }), known: fc.boolean() });

describe("a replica serves reads", () => {
	test("never with data older than the limit", () => {
		fc.assert(
			fc.property(ages, fc.boolean(), (age, serves) => {
				if (mayServe(serves, age, limit)) expect(age.ms).toBeLessThanOrEqual(limit);
			}),
		);
	});

	test("always with data that are known to be half as old as the limit, or younger", () => {
		fc.assert(
			fc.property(ages, fc.boolean(), ({ ms }, serves) => {
				if (ms <= limit / 2) expect(mayServe(serves, { ms, known: true }, limit)).toBe(true);
			}),
		);
	});

	test("without coming and going while it lags by more than half the limit", () => {
		const lags = fc.array(fc.double({ min: limit / 2 + 1, max: 2 * limit, noNaN: true }), { minLength: 2 });
		fc.assert(
			fc.property(lags, fc.boolean(), (series, first) => {
				let serves = first;
				let changes = 0;
				for (const ms of series) {
					const next = mayServe(serves, { ms, known: true }, limit);
					if (next !== serves) changes += 1;
					serves = next;
				}
				expect(changes).toBeLessThanOrEqual(1);
			}),
		);
	});

	test("again only on proof", () => {
		fc.assert(
			fc.property(ages, ({ ms }) => {
				expect(mayServe(false, { ms, known: false }, limit)).toBe(false);
			}),
		);
	});
});

const primaryAt = (last: number) => reads(primaryReading({ executed: gtids(0, last) }));
const replicaAt = (n: number, last: number, retrieved = "", change = {}) =>
	reads(replicaReading(n, { executed: gtids(0, last), retrieved }, change));

/** Looks every second: what there is at each, and how old the data of mysql-1 are at the end. */
function ageAfter(moments: readonly (readonly [Health, Health])[]) {
	const freshness = new Freshness(facts, netTimeoutMs, 0);
	moments.forEach(([primary, replica], second) => {
		freshness.look(view([primary, replica, silent()]), record(), second * 1000);
	});
	return freshness.age("mysql-1", (moments.length - 1) * 1000);
}

describe("the age of a replica's data", () => {
	test("is next to nothing when it has all that the primary has", () => {
		const age = ageAfter([1, 2, 3].map((last) => [primaryAt(last), replicaAt(1, last)] as const));
		expect(age).toMatchObject({ known: true, current: true });
		expect(age.ms).toBeLessThan(100);
	});

	test("is that of the newest state of the primary which it has reached, whatever its server estimates", () => {
		// Its applier stands still at 3 while the primary goes on; its receiver has everything.
		const late = [4, 5, 6, 7, 8].map(
			(last) => [primaryAt(last), replicaAt(1, 3, `${uuid(0)}:4-${last}`, { lagSeconds: 0 })] as const,
		);
		expect(ageAfter([[primaryAt(3), replicaAt(1, 3)], ...late]).ms).toBeCloseTo(5000, -2);
	});

	test("grows while its receiver is connected and hears nothing, though it has applied all that it got", () => {
		const deaf = [4, 5, 6].map((last) => [primaryAt(last), replicaAt(1, 3, "", { lagSeconds: 0 })] as const);
		const age = ageAfter([[primaryAt(3), replicaAt(1, 3)], ...deaf]);
		expect(age.ms).toBeGreaterThanOrEqual(3000);
		expect(age.current).toBe(false);
	});

	test("does not grow while nothing is written", () => {
		expect(ageAfter(Array.from({ length: 30 }, () => [primaryAt(3), replicaAt(1, 3)] as const)).ms).toBeLessThan(100);
	});

	test("grows when nobody can say what the primary has by now", () => {
		const alone = Array.from({ length: 5 }, () => [silent(), replicaAt(1, 3, "", lostSource)] as const);
		expect(ageAfter([[primaryAt(3), replicaAt(1, 3)], ...alone]).ms).toBeGreaterThanOrEqual(5000);
	});

	test("is at most the receiver's patience while it is connected to a primary that only the watchdog does not reach", () => {
		const unseen = Array.from({ length: 20 }, () => [silent(), replicaAt(1, 3)] as const);
		expect(ageAfter([[primaryAt(3), replicaAt(1, 3)], ...unseen]).ms).toBeLessThan(netTimeoutMs + 100);
		const elsewhere = { receiver: receiver({ source: "mysql-2.mysql" }) };
		const lost = Array.from({ length: 20 }, () => [silent(), replicaAt(1, 3, "", elsewhere)] as const);
		expect(ageAfter([[primaryAt(3), replicaAt(1, 3)], ...lost]).ms).toBeGreaterThanOrEqual(20_000);
	});

	test("is not known before it was compared", () => {
		expect(ageAfter([[silent(), replicaAt(1, 3, "", lostSource)]]).known).toBe(false);
	});

	test("is not proved by what an earlier primary had", () => {
		const freshness = new Freshness(facts, netTimeoutMs, 0);
		const seen = (last: number) => view([primaryAt(last), replicaAt(1, 3), silent()]);
		freshness.look(seen(3), record({ term: 3 }), 0);
		freshness.look(seen(9), record({ term: 4 }), 1000);
		expect(freshness.age("mysql-1", 1000).ms).toBeGreaterThanOrEqual(1000);
	});
});

function guarded(labels: Record<string, string | null>) {
	const clock = new ManualClock();
	const marked: string[] = [];
	const seen = (name: string) => pod({ name, uid: name, zone: null, node: null, reads: labels[name] ?? null });
	const guard = new ReadGuard({
		facts,
		limits: { lagLimitMs: limit, netTimeoutMs },
		store: {
			markReads: async (name, serves) => {
				labels[name] = String(serves);
				marked.push(`${name} ${serves}`);
			},
		},
		pods: { database: () => new Map(Object.keys(labels).map((name) => [name, seen(name)])) as never },
		clock,
		log: pino({ level: "silent" }) as Logger,
	});
	const rounds = (seen: (second: number) => View, seconds: number) => {
		for (let second = 0; second < seconds; second += 1) {
			guard.round(seen(second), record());
			clock.pass(1000);
		}
	};
	return { guard, marked, rounds, labels };
}

describe("the guard", () => {
	const equal = (last: number) => view([primaryAt(last), replicaAt(1, last), replicaAt(2, last)]);

	test("lets a replica in on proof, puts it out beyond the limit, and lets it in again", () => {
		const { guard, marked, rounds } = guarded({ "mysql-1": null, "mysql-2": null });
		rounds(() => equal(1), 2);
		expect(marked).toEqual(["mysql-1 true", "mysql-2 true"]);
		rounds((second) => view([primaryAt(2 + second), replicaAt(1, 1), replicaAt(2, 2 + second)]), 15);
		expect(marked.slice(2)).toEqual(["mysql-1 false"]);
		expect(guard.served).toBe(true);
		rounds(() => equal(50), 2);
		expect(marked.slice(3)).toEqual(["mysql-1 true"]);
	});

	test("serves nothing rather than old data, and says so", () => {
		const { guard, rounds, labels } = guarded({ "mysql-1": "true", "mysql-2": "true" });
		rounds((second) => view([primaryAt(2 + second), replicaAt(1, 1), replicaAt(2, 1)]), 15);
		expect(labels).toEqual({ "mysql-1": "false", "mysql-2": "false" });
		expect(guard.served).toBe(false);
	});

	test("of a leader that has just begun changes nothing before it knows more", () => {
		const { marked, rounds } = guarded({ "mysql-1": "true", "mysql-2": "false" });
		rounds(() => view([silent(), replicaAt(1, 1, "", lostSource), replicaAt(2, 1, "", lostSource)]), 3);
		expect(marked).toEqual([]);
	});
});
