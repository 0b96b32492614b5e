import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatGtidSet, unionOf } from "../../../runtime/mysql/gtidSet.ts";
import { type BatchOptions, type ReplayBatch, replayBatches } from "../../../runtime/restore/batches.ts";
import { historyOf } from "../../../runtime/restore/history.ts";
import type { PlannedSegment } from "../../../runtime/restore/planReplay.ts";
import { relayIndexName } from "../../../runtime/restore/relayFiles.ts";
import { temporary } from "../temporary.ts";
import { events, segments, setOf } from "./archiveScene.ts";

/** As long as a real one, so that the event behind it can be made. */
const format = Buffer.alloc(124);

describe("batches of relay log", () => {
	const folder = temporary("batches");

	/** One transaction a segment, of the binary log that `streams` tells: its event is its own number. */
	async function batchesOf(streams: readonly string[], batchBytes: number) {
		const all = events(streams.length);
		const headers = segments(
			all,
			all.map((_, index) => index + 1),
		);
		const { segments: archived } = historyOf([{ store: "store-1", headers, damaged: [], orphans: [], partly: false }]);
		const planned = archived.map((segment) => ({ segment, take: segment.fresh }));
		let channels = 0;
		const open = async ({ segment: { number } }: PlannedSegment) => ({
			stream: streams[number - 1] ?? "",
			format,
			events: [Buffer.from(`<${number}>`)],
		});
		const options: BatchOptions = { folder, batchBytes, nextChannel: () => `c${++channels}`, open };
		const made: ReplayBatch[] = [];
		for await (const batch of replayBatches(planned, options)) made.push(batch);
		return made;
	}

	const numbersIn = async ({ channel }: ReplayBatch) => {
		const index = await readFile(join(folder, relayIndexName(channel)), "utf8");
		const files = index.trim().split("\n");
		const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "latin1")));
		return [...texts.join("").matchAll(/<(\d+)>/g)].map(([, number]) => Number(number));
	};

	test("hold all transactions in their order, and never those of two binary logs together", async () => {
		const streams = fc.array(fc.constantFrom("one", "two"), { minLength: 1, maxLength: 12 });
		await fc.assert(
			fc.asyncProperty(streams, fc.integer({ min: 1, max: 2000 }), async (list, batchBytes) => {
				const batches = await batchesOf(list, batchBytes);
				const numbers = await Promise.all(batches.map(numbersIn));
				expect(numbers.flat()).toEqual(list.map((_, index) => index + 1));
				for (const held of numbers) expect(new Set(held.map((number) => list[number - 1])).size).toBe(1);
				expect(formatGtidSet(unionOf(batches.map(({ gtids }) => gtids)))).toBe(setOf(events(list.length)));
			}),
			{ numRuns: 50 },
		);
	});
});
