import { expect, test } from "@jest/globals";
import { LastOpenWatch } from "../../../runtime/failover/lastOpen.ts";
import { gtids, healthy, otherUuid, primaryReading, reads, record, replicaReading, silent, view } from "./scene.ts";

const wall = Date.parse("2026-01-01T00:00:10.010Z");
const seen = { instance: "mysql-0", at: "2026-01-01T00:00:10.000Z", gtidExecuted: gtids(0, 100) };

test("what the primary had when it was last seen open is kept while it is silent, closed, empty or gone", () => {
	const watch = new LastOpenWatch();
	expect(watch.last).toBeNull();
	watch.look(healthy(), record(), wall);
	expect(watch.last).toEqual(seen);
	const replicas = [reads(replicaReading(1)), reads(replicaReading(2))] as const;
	for (const health of [
		silent(),
		reads(primaryReading({ executed: "" }, { superReadOnly: true })),
		reads(primaryReading({ executed: "" }, { uuid: otherUuid })),
	]) {
		watch.look(view([health, ...replicas]), record(), wall + 60_000);
		expect(watch.last).toEqual(seen);
	}
	watch.look(healthy(), null, wall + 60_000);
	expect(watch.last).toEqual(seen);
	watch.look(healthy(), record(), wall + 60_000);
	expect(watch.last?.at).toBe("2026-01-01T00:01:10.000Z");
});
