import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { Registry } from "prom-client";
import { archiveName, archivePort } from "../../../components/naming.ts";
import { type Archived, archivedIn } from "../../../runtime/archive/archivedSet.ts";
import { serveArchive } from "../../../runtime/archive/archiveServer.ts";
import { archivedAsTold, archiverUrl } from "../../../runtime/archive/askArchiver.ts";
import { formatHeader } from "../../../runtime/archive/headerLine.ts";
import { type SegmentHeader, segmentKey } from "../../../runtime/archive/segment.ts";
import { emptySet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { events, first, header, segments, setOf } from "../restore/archiveScene.ts";
import { MemoryStore } from "./memoryStore.ts";

const history = events(30);
const set = (from: number, to: number) => parseGtidSet(`${first}:${from}-${to}`);

async function holding(headers: readonly SegmentHeader[]): Promise<MemoryStore> {
	const store = new MemoryStore("store-1");
	for (const each of headers) await store.put(segmentKey("mysql", each.number), formatHeader(each), "once");
	return store;
}

describe("what goes is in the archive", () => {
	test("when its segments say so, in one of the stores", async () => {
		const [away, store] = [new MemoryStore("store-0"), await holding(segments(history, [10, 20]))];
		away.away = new Error("no store");
		const archived = archivedIn([away, store], "mysql");
		expect(await archived(set(5, 30), emptySet)).toBe(true);
		expect(await archived(set(15, 30), set(1, 14))).toBe(true);
		expect(await archived(set(15, 31), set(1, 14))).toBe(false);
	});

	test("not when it lies in a gap, although what comes next goes on from behind it", async () => {
		const [before, after] = [history.slice(0, 10), history.slice(20)];
		const gap = setOf(history.slice(10, 20));
		const store = await holding([
			header({ number: 1, events: before, after: "" }),
			header({ number: 2, events: after, after: setOf(before), missing: gap }),
			header({ number: 3, events: [], after: setOf(history) }),
		]);
		const archived = archivedIn([store], "mysql");
		expect(await archived(set(1, 10), emptySet)).toBe(true);
		expect(await archived(set(1, 30), emptySet)).toBe(false);
		expect(await archived(set(15, 15), set(1, 10))).toBe(false);
	});

	test("not when there is no archive, or none of its stores answers", async () => {
		const away = new MemoryStore("store-1");
		expect(await archivedIn([away], "mysql")(set(1, 1), emptySet)).toBe(false);
		away.away = new Error("no store");
		expect(await archivedIn([away], "mysql")(set(1, 1), emptySet)).toBe(false);
	});
});

describe("the archiver tells it to who has no key to the stores", () => {
	const server = async (archived: Archived) => {
		const unused = () => Promise.reject(new Error("not expected"));
		const served = { alive: () => true, status: () => null, catalogue: unused, metrics: new Registry() };
		const made = serveArchive({ port: 0, ...served, archived });
		await once(made, "listening");
		const url = `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
		return { url, close: () => new Promise((resolve) => made.close(resolve)) };
	};

	test("as its headers say, and not when it cannot say", async () => {
		const store = await holding(segments(history, [10, 20]));
		const { url, close } = await server(archivedIn([store], "mysql"));
		const archived = archivedAsTold(url);
		expect(await archived(set(5, 30), emptySet)).toBe(true);
		expect(await archived(set(15, 30), set(1, 14))).toBe(true);
		expect(await archived(set(15, 31), set(1, 14))).toBe(false);
		expect((await fetch(`${url}/archived`, { method: "POST", body: "{" })).status).toBe(400);
		const long = await fetch(`${url}/archived`, { method: "POST", body: "x".repeat(2 ** 20 + 1) });
		expect(long.status).toBe(413);
		await close();
		expect(await archived(set(5, 30), emptySet)).toBe(false);
	});

	test("at the address of its Service", () => {
		const address = new URL(archiverUrl({ namespace: "shop", clusterDomain: "cluster.local" }));
		expect(address.hostname).toBe(`${archiveName}.shop.svc.cluster.local`);
		expect(Number(address.port)).toBe(archivePort);
	});
});
