import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { memoryShares } from "../../../runtime/instance/memory.ts";

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const sizes = fc.integer({ min: 512, max: 1024 * 1024 }).map((mib) => mib * MiB);

describe("memoryShares", () => {
	test("what is given away, with what mysqld takes besides, fits the container", () => {
		fc.assert(
			fc.property(sizes, (memory) => {
				const shares = memoryShares(memory);
				// A pool of at least 64 MiB, and 350 MiB besides (measured idle, with its log buffer).
				expect(shares.bufferPool + shares.temporaryTables + 350 * MiB).toBeLessThanOrEqual(memory);
			}),
		);
	});

	test("more memory never means a smaller share", () => {
		fc.assert(
			fc.property(sizes, sizes, (a, b) => {
				const less = memoryShares(Math.min(a, b));
				const more = memoryShares(Math.max(a, b));
				for (const key of Object.keys(less) as (keyof typeof less)[]) {
					expect(more[key]).toBeGreaterThanOrEqual(less[key]);
				}
			}),
		);
	});

	test("the buffer pool is whole chunks, which mysqld would otherwise round up to", () => {
		fc.assert(
			fc.property(sizes, (memory) => {
				const { bufferPool } = memoryShares(memory);
				expect(bufferPool < 128 * MiB || bufferPool % (128 * MiB) === 0).toBe(true);
			}),
		);
	});

	test.each([
		[640 * MiB, 128 * MiB],
		[1 * GiB, 384 * MiB],
		[16 * GiB, 11.625 * GiB],
	])("a container of %d bytes has a buffer pool of %d", (memory, pool) => {
		expect(memoryShares(memory).bufferPool).toBe(pool);
	});
});
