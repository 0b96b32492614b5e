import { describe, expect, test } from "@jest/globals";
import { milliseconds } from "../../../objectives/duration.ts";
import { indexed, indexKey, writeIndex } from "../../../runtime/archive/headerIndex.ts";
import { formatHeader, type HeaderLine, headerLine } from "../../../runtime/archive/headerLine.ts";
import { type SegmentHeader, segmentHeaderSchema, segmentKey } from "../../../runtime/archive/segment.ts";
import { careForArchive } from "../../../runtime/backup/archiveCare.ts";
import type { Kept } from "../../../runtime/backup/retention.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";

const cluster = "orders";
const server = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const hour = 3_600_000;
const day = 24 * hour;
const now = new Date("2026-11-25T12:00:00.000Z");
const archive = milliseconds(10 * day);
const plan = { retention: { full: archive, incremental: archive, logical: archive, archive }, now };
/** One an hour, for fifty days: two blocks and a part. */
const segments = 1200;
const timeOf = (number: number) => new Date(now.getTime() - (segments - number) * hour).toISOString();

class Objects {
	readonly bodies = new Map<string, Uint8Array>();
	readonly locked = new Set<string>();

	get store(): ObjectStore {
		const { bodies, locked } = this;
		return {
			name: "store-1",
			async put(key, body) {
				bodies.set(key, body);
				return "written";
			},
			get: async (key) => (bodies.has(key) ? Buffer.from(bodies.get(key) as Uint8Array) : null),
			getRange: async () => null,
			head: async () => null,
			async *list(prefix) {
				for (const key of [...bodies.keys()].filter((one) => one.startsWith(prefix)).sort()) {
					yield { key, size: 0, modifiedAt: now };
				}
			},
			async remove(key) {
				if (locked.has(key)) return false;
				bodies.delete(key);
				return true;
			},
		};
	}

	numbers(): number[] {
		const keys = [...this.bodies.keys()].filter((key) => key.endsWith(".segment"));
		return keys.map((key) => Number(/(\d+)\.segment$/.exec(key)?.[1])).sort((a, b) => a - b);
	}
}

function header(number: number, previous: string | null): SegmentHeader {
	const hash = "0".repeat(64);
	return {
		...{ version: 1, cluster, number, previous, term: 1, provisional: false, gap: null, finished: false },
		stream: { server, file: "binlog.000001", from: 4, to: 5 },
		source: { instance: "mysql-1", role: "replica" },
		after: number === 1 ? "" : `${server}:1-${number - 1}`,
		gtids: `${server}:${number}`,
		...{ firstCommit: null, lastCommit: null, cutAt: timeOf(number), bytes: 1, sha256: hash, storedSha256: hash },
	};
}

async function filled(): Promise<Objects> {
	const objects = new Objects();
	let previous: string | null = null;
	let block: HeaderLine[] = [];
	for (let number = 1; number <= segments; number++) {
		const line = headerLine(segmentHeaderSchema.parse(header(number, previous)));
		previous = line.hash;
		block.push(line);
		objects.bodies.set(segmentKey(cluster, number), formatHeader(line.header));
		if (block.length < indexed) continue;
		await writeIndex(objects.store, cluster, block);
		block = [];
	}
	return objects;
}

/** Holds the first `through` segments. */
const backup = (through: number): Kept => ({
	id: `backup-${through}`,
	kind: "full",
	startedAt: timeOf(through + 1),
	finishedAt: timeOf(through + 1),
	gtidExecuted: `${server}:1-${through}`,
	verifiedAt: null,
});

describe("of an archive", () => {
	test("goes what is older than it is kept for and than the backup that a restore begins with", async () => {
		const objects = await filled();
		// Ten days are 240 segments: a restore to the first of them begins with the backup that holds 700.
		const kept = [backup(700), backup(1100)];
		expect(await careForArchive(objects.store, cluster, kept, plan)).toEqual({ removed: indexed, locked: false });
		expect(objects.numbers()[0]).toBe(indexed + 1);
		expect(objects.bodies.has(indexKey(cluster, 1))).toBe(false);
		expect(objects.bodies.has(indexKey(cluster, indexed + 1))).toBe(true);
		expect(await careForArchive(objects.store, cluster, kept, plan)).toEqual({ removed: 0, locked: false });
	});

	test("stays what the only old backup is replayed with", async () => {
		const objects = await filled();
		const kept = [backup(499), backup(1100)];
		expect(await careForArchive(objects.store, cluster, kept, plan)).toEqual({ removed: 0, locked: false });
		expect(objects.numbers()).toHaveLength(segments);
	});

	test("stays all while there is no backup, or no archive", async () => {
		const objects = await filled();
		expect(await careForArchive(objects.store, cluster, [], plan)).toEqual({ removed: 0, locked: false });
		expect(await careForArchive(new Objects().store, cluster, [backup(700)], plan)).toEqual({
			removed: 0,
			locked: false,
		});
	});

	test("what is locked stays, with all that follows it, is said, and goes when it is not locked any more", async () => {
		const objects = await filled();
		objects.locked.add(segmentKey(cluster, 100));
		const kept = [backup(700)];
		expect(await careForArchive(objects.store, cluster, kept, plan)).toEqual({ removed: 99, locked: true });
		expect(objects.numbers()[0]).toBe(100);
		expect(objects.bodies.has(indexKey(cluster, 1))).toBe(true);
		objects.locked.clear();
		expect(await careForArchive(objects.store, cluster, kept, plan)).toMatchObject({ locked: false });
		expect(objects.numbers()[0]).toBe(indexed + 1);
	});
});
