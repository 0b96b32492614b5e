import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { inTurn, nextOf, numberOf, type Task, tasksOf } from "./queue.ts";

const names = fc.uniqueArray(fc.constantFrom("1", "2", "5a", "5b", "9", "32"), { minLength: 1 });

function playedInOrder(tasks: readonly Task[], seconds: ReadonlyMap<string, number>): Task[] {
	const order: Task[] = [];
	for (let waiting = tasks; ; waiting = waiting.filter((task) => task !== order.at(-1))) {
		const next = nextOf(waiting, seconds);
		if (next === undefined) return order;
		order.push(next);
	}
}

describe("the queue of rows", () => {
	test("holds each row in each round, from the first round that is wanted", () => {
		expect(tasksOf(["1", "2"], 6, 2)).toEqual([
			{ row: "1", round: 6 },
			{ row: "2", round: 6 },
			{ row: "1", round: 7 },
			{ row: "2", round: 7 },
		]);
	});

	test("in turn, holds each number once a round, by another variant than in the round before", () => {
		expect(inTurn(["1", "5a", "5b"], 0, 3)).toEqual([
			{ row: "1", round: 0 },
			{ row: "5a", round: 0 },
			{ row: "1", round: 1 },
			{ row: "5b", round: 1 },
			{ row: "1", round: 2 },
			{ row: "5a", round: 2 },
		]);
		fc.assert(
			fc.property(names, fc.nat(9), fc.integer({ min: 1, max: 6 }), (rows, first, rounds) => {
				const tasks = inTurn(rows, first, rounds);
				for (const [round, each] of Map.groupBy(tasks, (task) => task.round)) {
					expect(each.map(({ row }) => numberOf(row))).toEqual([...new Set(rows.map(numberOf))]);
					expect(round).toBeGreaterThanOrEqual(first);
				}
				const variants = Map.groupBy(rows, numberOf);
				for (const [number, each] of Map.groupBy(tasks, ({ row }) => numberOf(row))) {
					const wanted = Math.min(rounds, variants.get(number)?.length ?? 0);
					expect(new Set(each.map(({ row }) => row)).size).toBe(wanted);
				}
			}),
		);
	});

	test("gives everything once, whole rounds one after the other, and in each the longest first", () => {
		const known = fc.dictionary(fc.constantFrom("1", "2", "5a", "5b"), fc.nat(100));
		fc.assert(
			fc.property(names, fc.integer({ min: 1, max: 4 }), known, (rows, rounds, taken) => {
				const seconds = new Map(Object.entries(taken));
				const tasks = tasksOf(rows, 0, rounds);
				const order = playedInOrder(tasks, seconds);
				expect(new Set(order)).toEqual(new Set(tasks));
				expect(order.map(({ round }) => round)).toEqual(tasks.map(({ round }) => round));
				const takes = (task: Task) => seconds.get(task.row) ?? Number.POSITIVE_INFINITY;
				for (const [n, task] of order.entries()) {
					const before = order[n - 1];
					if (before?.round === task.round) expect(takes(before)).toBeGreaterThanOrEqual(takes(task));
				}
			}),
		);
	});

	test("plays rows of unknown length first, as the catalogue has them", () => {
		const order = playedInOrder(tasksOf(["1", "2", "9"], 0, 1), new Map([["1", 50]]));
		expect(order.map(({ row }) => row)).toEqual(["2", "9", "1"]);
	});
});
