import { getEventListeners } from "node:events";
import { expect, test } from "@jest/globals";
import { ChainKeeper } from "../../../runtime/archive/chainKeeper.ts";
import { formatHeader } from "../../../runtime/archive/headerLine.ts";
import { SealedSpool } from "../../../runtime/archive/sealedSpool.ts";
import { segmentKey } from "../../../runtime/archive/segment.ts";
import { systemClock } from "../../../runtime/failover/clock.ts";
import { temporary } from "../temporary.ts";
import { a, chainOf, orphaned } from "./chainOf.ts";
import { cluster } from "./liveArchiver.ts";
import { MemoryStore } from "./memoryStore.ts";

test("leaves nothing behind at a signal that lives as long as the archiver", async () => {
	const sealed = new SealedSpool(temporary("sealed"), 2 ** 20);
	await sealed.open();
	const stores = [new MemoryStore("one"), new MemoryStore("two")];
	const told = { onStored: () => {}, onError: () => {} };
	const keeper = new ChainKeeper({ cluster, stores, sealed, clock: systemClock, settleMs: 200, retryMs: 20, ...told });
	await keeper.open();
	const stop = new AbortController();
	const lines = chainOf(Array.from({ length: 20 }, (_, n) => ({ gtids: `${a}:${n + 11}` })));
	for (const line of lines) {
		await keeper.append(
			{ ...line, key: segmentKey(cluster, line.header.number), object: formatHeader(line.header) },
			stop.signal,
		);
	}
	await keeper.declareOrphans(orphaned(2, `${a}:30`), stop.signal);
	expect(keeper.end().number).toBe(20);
	expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
	await keeper.close();
});
