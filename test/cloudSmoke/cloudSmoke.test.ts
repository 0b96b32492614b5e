/**
 * `npm run cloud:smoke` as far as real parts can be had here: the real engine, with doubles of the clouds' providers, and real
 * stores by another's program. What a cloud itself does is not tried.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { silent } from "../../local/step.ts";
import type { StoreSettings } from "../../objectives/settings.ts";
import { engine } from "../clouds/preview.ts";
import { installDoubles } from "../doubles/install.ts";
import { fakeGcs, GcsServer } from "../runtime/store/fakeGcs.ts";
import { Gateway, versitygw } from "../runtime/store/versitygw.ts";
import { temporary } from "../runtime/temporary.ts";
import { type SmokeStore, smokeKey, tryStores } from "./checks.ts";
import { type SmokeOrder, smokeStores } from "./order.ts";
import { type SmokeEdges, smoke } from "./smoke.ts";

// Hangs alone are ended by it.
jest.setTimeout(600_000);

const [program, google, found] = [await versitygw(), await fakeGcs(), await engine()];
const order: SmokeOrder = { cloud: "aws", name: "smoke-1", regions: ["eu-central-1", "eu-west-1"], project: "" };
const verdicts = (rows: readonly { held: boolean }[]) => rows.map(({ held }) => held);

(program === undefined ? describe.skip : describe)("stores are tried", () => {
	let near: Gateway;
	let far: Gateway;
	beforeAll(async () => {
		[near, far] = await Promise.all([Gateway.up(program as string, "near"), Gateway.up(program as string, "far")]);
		for (const gateway of [near, far])
			for (const bucket of ["replicated", "alone", "mixed"]) await gateway.makeBucket(bucket, { objectLock: true });
	});
	afterAll(() => Promise.all([near?.stop(), far?.stop()]));

	const opened = (gateway: Gateway, bucket: string): SmokeStore => {
		const settings: StoreSettings = { ...gateway.store, bucket, objectLock: { mode: "governance", days: 1 } };
		return { settings, bucket: gateway.open({ settings }) };
	};

	test("and hold, where what is written to one comes to the other", async () => {
		const [one, other] = [opened(near, "replicated"), opened(far, "replicated")];
		const told = tryStores(one, other, 60);
		// What S3 would do by itself.
		let body = null;
		while (body === null) body = await one.bucket.get(smokeKey);
		await other.bucket.put(smokeKey, body, "replace");
		expect(verdicts(await told)).toEqual([true, true, true, true, true]);
	});

	test("and do not, where it does not come", async () => {
		const rows = await tryStores(opened(near, "alone"), opened(far, "alone"), 0);
		expect(verdicts(rows)).toEqual([true, true, true, true, false]);
		expect(rows.at(-1)?.detail).toContain("not within 0 s");
	});

	test("and are not tried further, where one cannot lock", async () => {
		const rows = await tryStores(opened(near, "mixed"), opened(far, "evidence"), 0);
		expect(verdicts(rows)).toEqual([true, false]);
		expect(rows[1]?.detail).toContain("object lock");
	});
});

(google === undefined ? describe.skip : describe)("stores of Google's kind are tried", () => {
	let server: GcsServer;
	beforeAll(async () => {
		server = await GcsServer.up(google as string, { backend: "memory" });
		await server.makeBucket({ name: "versioned", versioning: { enabled: true } });
	});
	afterAll(() => server?.stop());

	test("and one that cannot lock is told", async () => {
		const settings: StoreSettings = {
			...{ ...server.store, bucket: "versioned" },
			objectLock: { mode: "governance", days: 1 },
		};
		const store = { settings, bucket: server.open({ settings }) };
		const rows = await tryStores(store, store, 0);
		expect(verdicts(rows)).toEqual([false, false]);
		expect(rows[0]?.detail).toContain("object retention");
	});
});

interface InState {
	readonly type: string;
	readonly protect?: boolean;
	readonly retainOnDelete?: boolean;
	readonly inputs: Readonly<Record<string, unknown>>;
}

const withEngine = found === undefined ? describe.skip : describe;

withEngine.each(["aws", "gcp"] as const)("a stack of %s", (cloud) => {
	const regions = cloud === "aws" ? order.regions : (["europe-west3", "europe-west4"] as const);
	const asked: SmokeOrder = { ...order, cloud, regions, project: cloud === "gcp" ? "company-prod" : "" };
	let made: InState[] = [];
	let said: string[] = [];
	let folder = "";
	let ended: unknown;

	beforeAll(async () => {
		folder = join(temporary("smoke"), "stack");
		const home = temporary("doubles");
		await installDoubles(home);
		const edges: SmokeEdges = {
			...{ engine: found as NonNullable<typeof found>, folder, env: { PULUMI_HOME: home } },
			progress: { ...silent, far: (line) => said.push(line) },
			open: async () => {
				throw new Error("the cloud is away");
			},
			unlock: async () => {
				const file = join(folder, ".pulumi", "stacks", "mysql-dr", "smoke.json");
				made = JSON.parse(await readFile(file, "utf8")).checkpoint.latest.resources;
			},
		};
		ended = await smoke(asked, edges).catch((error) => error);
	});
	afterAll(() => {
		[made, said] = [[], []];
	});

	test("is made of what any stack's stores are, with nothing that would keep it", () => {
		const buckets = made.filter(({ type }) => /:Bucket$/.test(type));
		expect(buckets.map(({ inputs }) => inputs.bucket ?? inputs.name)).toEqual(
			expect.arrayContaining(smokeStores(asked).map(({ bucket }) => bucket)),
		);
		for (const { inputs } of buckets) expect(inputs.forceDestroy).toBe(true);
		for (const { type, protect, retainOnDelete } of made)
			expect([type, protect ?? false, retainOnDelete ?? false]).toEqual([type, false, false]);
	});

	test("is thrown away whole, though the trial has failed, which is told", () => {
		expect(ended).toMatchObject({ message: "the cloud is away" });
		const own = made.filter(({ type }) => type.startsWith(`${cloud}:`));
		expect(own.length).toBeGreaterThan(20);
		expect(said.filter((line) => /^- +(aws|gcp):.* deleted \(/.test(line))).toHaveLength(own.length);
		expect(existsSync(folder)).toBe(false);
	});
});
