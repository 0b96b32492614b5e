import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { instanceLines, knownLoss, lossLines } from "../../../runtime/commands/lostVolumes.ts";
import { archiveStatusSchema } from "../../../runtime/kubernetes/archiverStatus.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { cluster, run, settings, status, uuid } from "./scene.ts";

const lastOpen = { instance: "mysql-1", at: "2026-11-27T10:00:05.000Z", gtidExecuted: `${uuid}:1-100` };
const archived = (last: number) =>
	archiveStatusSchema.parse({
		throughGtid: `${uuid}:1-${last}`,
		throughAt: "2026-11-27T10:00:03.000Z",
		lagSeconds: 2,
		following: null,
		stores: [],
		spoolBytes: 0,
		segments: 1,
		provisional: false,
		alerts: [],
	});

describe("what is known to be lost", () => {
	const said = (loss: ReturnType<typeof knownLoss>) => lossLines(loss, settings());

	test("is what the primary had when it was last seen open and the archive has not", () => {
		const loss = knownLoss({ lastOpen }, archived(93));
		expect(loss).toEqual({
			archivedThrough: "2026-11-27T10:00:03.000Z",
			lastOpenAt: "2026-11-27T10:00:05.000Z",
			primary: "mysql-1",
			transactions: 7,
		});
		expect(said(loss)[1]).toBe(
			"mysql-1 was last seen open at 2026-11-27T10:00:05.000Z: 7 transactions that it had then are not in the archive, and are lost",
		);
	});

	test("is nothing where the archive has all of it", () => {
		expect(said(knownLoss({ lastOpen }, archived(100)))[1]).toMatch(/all that it had then is in the archive$/);
	});

	test("is what the archive's interval allows where nobody saw the primary, or nobody knows the archive", () => {
		for (const loss of [knownLoss({ lastOpen: null }, archived(93)), knownLoss({ lastOpen }, null)]) {
			expect(loss.transactions).toBeNull();
			expect(said(loss)[1]).toBe("what was acknowledged after that is lost; the archive is stored every 60 s");
		}
	});

	test("stands beside how each instance is, for whoever is to agree", () => {
		const [first] = status().instances;
		if (first === undefined) throw new Error("no instance");
		const gone = { ...first, role: "lost", gtidExecuted: null, reason: "its volume is no longer there" } as const;
		const empty = { ...first, role: "joining", gtidExecuted: "", reason: "joining" } as const;
		expect(instanceLines(status({ instances: [gone, empty, first] }))).toEqual([
			"mysql-0 is lost: its volume is no longer there",
			"mysql-0 is joining: holds nothing",
			`mysql-0 is replica: holds ${uuid}:1-42`,
		]);
	});
});

describe("a restore into new volumes", () => {
	let api: FakeApi;
	beforeEach(async () => {
		api = await cluster();
	});
	afterEach(() => api.close());

	test("is refused where the primary is open, and nothing is asked of anybody", async () => {
		const text = JSON.stringify(settings());
		api.routes.set("GET /api/v1/namespaces/mysql/configmaps/mysql-settings", [
			200,
			{ data: { "settings.json": text } },
		]);
		const { code, err } = await run(api, "restore --to latest --into new-volumes --yes");
		expect(code).toBe(2);
		expect(err).toEqual([
			"--into: mysql-1 is the primary, and open; a running database is restored --into in-place; one replica's volume: mysql-dr replace-volume",
		]);
		expect(api.seen.filter(({ method }) => method !== "GET")).toEqual([]);
	});
});
