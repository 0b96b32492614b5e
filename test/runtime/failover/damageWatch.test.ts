import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { KubeConfig } from "@kubernetes/client-node";
import { clusterStore } from "../../../runtime/failover/clusterStore.ts";
import { type DamageWatchOptions, watchDamage } from "../../../runtime/failover/damageWatch.ts";
import type { ClusterRecord } from "../../../runtime/failover/record.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";
import { ManualClock } from "./manualClock.ts";
import { record, uuid } from "./scene.ts";
import { pod } from "./volumeScene.ts";

const page = (n: number) => ({ uuid: uuid(n), text: `page ${n}` });
const nothing = async () => null;

/** One look, with the sources that a test is about. */
async function looked(sources: Partial<DamageWatchOptions>, known: ClusterRecord | null = record()) {
	const clock = new ManualClock();
	const stop = new AbortController();
	let kept = known;
	let saves = 0;
	const warnings: unknown[] = [];
	const watching = watchDamage(
		{
			members: ["mysql-0", "mysql-1", "mysql-2"],
			said: nothing,
			pods: () => new Map(),
			copied: nothing,
			record: () => kept,
			save: async (update) => {
				saves += 1;
				kept = update(kept as ClusterRecord);
			},
			log: { warn: (what: unknown) => warnings.push(what), error: () => {} } as never,
			clock,
			...sources,
		},
		stop.signal,
	);
	await clock.asleep();
	stop.abort();
	clock.pass(10_000);
	await watching;
	const damaged = Object.entries(kept?.damaged ?? {}).map(([name, { uuid: server, reason }]) => [name, server, reason]);
	return { damaged, saves, warnings };
}

describe("damaged data are noted", () => {
	test("when their instance says so, or its pod after it ended, or a backup of it", async () => {
		const said = async (name: string) => (name === "mysql-0" ? page(0) : null);
		const note = { trouble: "corrupt", uuid: uuid(1), text: "page 1", restarts: 1, running: true } as const;
		const pods = () => new Map([["mysql-1", pod({ volumeNote: note })]]);
		const copied = async (name: string) => (name === "mysql-2" ? page(2) : null);
		expect((await looked({ said, pods, copied })).damaged).toEqual([
			["mysql-0", uuid(0), "page 0"],
			["mysql-1", uuid(1), "page 1"],
			["mysql-2", uuid(2), "page 2"],
		]);
	});

	test("once, and not of data that were replaced since", async () => {
		const twice = { said: async () => page(1), copied: async () => page(1) };
		expect(await looked(twice)).toMatchObject({ damaged: [["mysql-1", uuid(1), "page 1"]], saves: 1 });
		const since = record({ uuids: { ...record().uuids, "mysql-1": "another" } });
		expect(await looked(twice, since)).toMatchObject({ damaged: [], saves: 0 });
		expect(await looked(twice, null)).toMatchObject({ saves: 0 });
	});

	test("though one source or one instance cannot be asked", async () => {
		const said = async (name: string) => {
			if (name === "mysql-0") throw new Error("no answer");
			return page(1);
		};
		const copied = () => Promise.reject(new Error("the API is away"));
		expect((await looked({ said, copied })).damaged).toEqual([["mysql-1", uuid(1), "page 1"]]);
	});

	test("at the next look, where the record could not be saved", async () => {
		const save = () => Promise.reject(new Error("conflict"));
		expect(await looked({ said: async () => page(1), save })).toMatchObject({ damaged: [], warnings: [{}] });
	});

	test("not because mysqld could not run for another reason", async () => {
		const note = { trouble: "read-only", uuid: null, text: "", restarts: 3, running: false } as const;
		expect(await looked({ pods: () => new Map([["mysql-1", pod({ volumeNote: note })]]) })).toMatchObject({ saves: 0 });
	});
});

describe("what a backup says of a damaged copy", () => {
	const at = "/api/v1/namespaces/mysql/configmaps";
	let api: FakeApi;
	beforeEach(async () => {
		api = await fakeApi();
	});
	afterEach(() => api.close());
	const store = () => {
		const config = new KubeConfig();
		config.loadFromFile(api.kubeconfig);
		return clusterStore({ config, namespace: "mysql", cluster: "shop", deadlineMs: 2000 });
	};

	test("is read for the instance that it is of, and nothing else is made of it", async () => {
		const data = { "mysql-1": JSON.stringify(page(1)), "mysql-2": "{" };
		api.routes.set(`GET ${at}/mysql-damage`, [200, { data }]);
		expect(await store().readDamage("mysql-1")).toEqual(page(1));
		expect(await store().readDamage("mysql-2")).toBeNull();
		expect(await store().readDamage("mysql-0")).toBeNull();
		api.routes.clear();
		expect(await store().readDamage("mysql-1")).toBeNull();
	});

	test("keeps what was said of others, and makes the object where there is none", async () => {
		api.routes.set(`PATCH ${at}/mysql-damage`, [200, {}]);
		await store().sayDamage("mysql-1", page(1));
		expect(JSON.parse(api.seen.at(-1)?.body ?? "")).toEqual({ data: { "mysql-1": JSON.stringify(page(1)) } });
		expect(api.seen.at(-1)?.type).toBe("application/merge-patch+json");
		api.routes.clear();
		api.routes.set(`POST ${at}`, [201, {}]);
		await store().sayDamage("mysql-1", page(1));
		expect(JSON.parse(api.seen.at(-1)?.body ?? "")).toMatchObject({
			metadata: { name: "mysql-damage", labels: { "mysql-dr/cluster": "shop" } },
			data: { "mysql-1": JSON.stringify(page(1)) },
		});
	});
});
