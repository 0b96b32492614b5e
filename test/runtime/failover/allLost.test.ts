import { describe, expect, test } from "@jest/globals";
import { decide } from "../../../runtime/failover/decide.ts";
import { perform } from "../../../runtime/failover/perform.ts";
import type { ClusterRecord, Request } from "../../../runtime/failover/record.ts";
import type { Health, View, VolumeView } from "../../../runtime/failover/view.ts";
import { fakeOperation } from "./fakeOperation.ts";
import {
	facts,
	gtids,
	healthy,
	primaryReading,
	reads,
	record,
	refusing,
	replicaReading,
	silent,
	uuid,
	view,
} from "./scene.ts";
import { access, asked, emptied, first, second, seededRecord, server } from "./seedScene.ts";
import { bound, objects } from "./volumeScene.ts";

const gone: VolumeView = {
	fault: { kind: "gone", reason: "there is no data directory on it" },
	resting: false,
	heldBack: true,
	runs: false,
	unmade: false,
	unconnected: false,
	size: null,
};
const empty = (n: number): Health =>
	reads(replicaReading(n, { executed: "" }, { uuid: `new-${n}`, receiver: null, applier: null }));
const three = [empty(0), empty(1), empty(2)] as const;

function scene(health: readonly [Health, Health, Health], volume: VolumeView | null = gone): View {
	const seen = view(health);
	return { ...seen, instances: seen.instances.map((i) => ({ ...i, volume })) };
}
const renewal: Request = { id: "v1", kind: "renewVolumes", at: "2026-01-01T00:00:00.000Z", acceptLoss: true };
const copy = asked({ replaces: "lost" });
const decided = (seen: View, request: Request, known: ClusterRecord = record()) =>
	decide({ ...seen, request }, known, facts).action;
const refusal = (text: RegExp) => ({ do: "answer", refusal: expect.stringMatching(text) });

describe("where all is lost, new volumes", () => {
	test("come to one instance after the other, until each answers and is empty", () => {
		const all = scene([refusing, refusing, refusing]);
		expect(decided(all, renewal)).toMatchObject({ do: "renewVolume", step: { name: "mysql-0", term: 3 } });
		expect(decided(scene([empty(0), silent(), refusing]), renewal)).toMatchObject({ step: { name: "mysql-1" } });
		expect(decided(scene(three), renewal)).toEqual({ do: "renewed", request: renewal });
	});

	test("are waited for while an instance comes back, or may still come to something", () => {
		const waits = (change: Partial<VolumeView> | null, health: Health = silent()) => {
			const volume = change === null ? null : { ...gone, ...change };
			expect(decided(scene([empty(0), health, empty(2)], volume), renewal)).toMatchObject({ do: "wait" });
		};
		waits({ resting: true });
		waits({ runs: true });
		waits({ fault: null });
		waits(null);
		waits({}, silent(false));
		const seen = scene([empty(0), silent(), empty(2)]);
		const instances = seen.instances.map((i) => (i.name === "mysql-1" ? { ...i, busy: "replaceVolume" } : i));
		expect(decided({ ...seen, instances }, renewal)).toMatchObject({ do: "wait" });
	});

	test("are refused while any instance holds data, or cannot be looked into", () => {
		const old = reads(replicaReading(1, {}, { receiver: null }));
		expect(decided(scene([refusing, old, refusing]), renewal)).toMatchObject(refusal(/mysql-1 holds data/));
		const unknown: Health = { state: "unknown", reason: "password" };
		expect(decided(scene([refusing, unknown, refusing]), renewal)).toMatchObject(refusal(/not to the watchdog/));
	});

	test("are given to nobody where the database goes on by itself", () => {
		expect(decided(healthy(), renewal)).toMatchObject(refusal(/mysql-0 holds data/));
		const died = view([silent(), ...[1, 2].map((n) => reads(replicaReading(n, {}, { receiver: null })))] as never);
		expect(decided(died, renewal)).toMatchObject({ do: "failover" });
	});

	test("are given while the watchdog is paused, too: an operator asks for them", () => {
		const paused = { until: "2026-01-01T01:00:00.000Z", reason: "all is lost" };
		expect(decided({ ...scene([refusing, refusing, refusing]), paused }, renewal)).toMatchObject({ do: "renewVolume" });
	});

	test("are asked for once, and by nobody else while a copy is put in place", () => {
		const answer = { id: "v1", state: "done", message: "", at: "2026-01-01T00:00:00.000Z" } as const;
		expect(decided(scene(three), renewal, record({ request: answer }))).toMatchObject({ do: "wait" });
		expect(decided(scene(three), renewal, seededRecord({ lost: true }))).toMatchObject({ do: "wait" });
	});
});

describe("a new volume where all is lost", () => {
	const step = { name: "mysql-1", term: 3, reason: "why" };
	const action = { do: "renewVolume", step, request: renewal } as const;
	const means = { schemas: [], access: access() };
	const run = async (seen: View, found = objects({ claim: { ...bound, phase: "Lost" } })) => {
		const operation = fakeOperation({ view: seen, record: record(), look: () => found });
		const error = await perform(operation, action, means).then(
			() => null,
			(thrown: Error) => thrown,
		);
		return { done: operation.done, error };
	};

	test("takes the place of one that is kept aside", async () => {
		const { done, error } = await run(scene([empty(0), silent(), refusing]));
		expect(error).toBeNull();
		expect(done).toEqual(["keep pv-1", "record term 3 primary mysql-0", "release mysql-1 claim-1 pod-1"]);
	});

	test("is not made where an instance has data by then, or its own runs", async () => {
		const old = scene([reads(primaryReading()), silent(), refusing]);
		expect(await run(old)).toMatchObject({ done: [], error: { message: expect.stringMatching(/mysql-0 holds data/) } });
		const running = objects({ pod: { uid: "pod-1", note: null, running: true } });
		expect(await run(scene([empty(0), silent(), refusing]), running)).toMatchObject({
			done: [],
			error: { name: "RefusedError" },
		});
	});
});

describe("where all is lost, a restored copy", () => {
	test("is begun with when every instance answers and is empty; the recorded primary gets it last", () => {
		expect(decided(scene(three), copy)).toMatchObject({
			do: "seed",
			step: { step: "begin", first: "mysql-1", second: "mysql-2" },
		});
	});

	test("is refused while an instance has data or does not answer, and where nothing is lost", () => {
		expect(decided(scene([empty(0), silent(), empty(2)]), copy)).toMatchObject(refusal(/mysql-1 does not answer/));
		const old = reads(replicaReading(1, {}, { receiver: null }));
		expect(decided(scene([empty(0), old, empty(2)]), copy)).toMatchObject(refusal(/mysql-1 holds data/));
		expect(decided(healthy(), copy)).toMatchObject(refusal(/mysql-0 holds data|is the primary, and open/));
	});

	test("needs no old primary to go back to: it is copied, and recorded", () => {
		const lost = (change = {}) => seededRecord({ lost: true, safe: "no instance had any data left", ...change });
		const next = (health: readonly [Health, Health, Health], known = lost()) => decide(scene(health), known, facts);
		expect(next(three).repairs).toMatchObject([{ do: "copy", name: "mysql-1", donor: null }]);
		expect(next([silent(), first, empty(2)]).repairs).toMatchObject([
			{ do: "copy", name: "mysql-2", donor: "mysql-1" },
		]);
		expect(next([silent(), first, second]).action).toMatchObject({ do: "seed", step: { step: "record" } });
	});

	test("that comes to nothing leaves all as it was, and can be asked for again", () => {
		const tried = seededRecord({ lost: true, safe: "", attempts: { "mysql-1": 3 } });
		expect(decide(scene([empty(0), emptied(1), empty(2)]), tried, facts).action).toMatchObject({
			do: "seed",
			step: { step: "undo" },
		});
		const undoing = seededRecord({ lost: true, state: "undoing" });
		expect(decide(scene(three), undoing, facts).action).toMatchObject({ do: "seed", step: { step: "reopen" } });
		const undone = seededRecord({ lost: true, state: "undone" });
		expect(decided(scene(three), { ...copy, id: "s2" }, undone)).toMatchObject({ do: "seed" });
	});

	const begin = {
		do: "seed",
		step: { step: "begin", request: copy, first: "mysql-1", second: "mysql-2" },
		reason: "",
	} as const;
	const session = async () => server();

	test("is noted with nothing to save, and nothing to go back to", async () => {
		const operation = fakeOperation({ view: scene(three), record: record() });
		await perform(operation, begin, { schemas: [], access: access({ session }) });
		expect(operation.saved()?.seed).toMatchObject({
			state: "copying",
			lost: true,
			safe: "no instance had any data left",
			before: { "mysql-1": "new-1", "mysql-2": "new-2" },
		});
	});

	test("is not begun where an instance has data by then", async () => {
		const late = scene([empty(0), empty(1), reads(replicaReading(2, { executed: gtids(0, 5) }))]);
		const operation = fakeOperation({ view: late, record: record() });
		await perform(operation, begin, { schemas: [], access: access({ session }) });
		expect(operation.saved()?.seed).toBeUndefined();
		expect(operation.saved()?.request).toMatchObject({ state: "refused", message: expect.stringContaining(uuid(2)) });
	});
});
