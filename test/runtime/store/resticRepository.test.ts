/** restic reaches the repository that we say: its own program, against a real S3 server. */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { findOnPath } from "../../../local/tools/onPath.ts";
import type { StoreSettings } from "../../../objectives/settings.ts";
import { resticAccess } from "../../../runtime/store/resticRepository.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import type { StoreKeys } from "../../../runtime/store/storeKeys.ts";
import { temporary } from "../temporary.ts";
import { Gateway, versitygw } from "./versitygw.ts";

jest.setTimeout(120_000);
const path = [process.env.MYSQL_DR_MYSQLD_PATH, process.env.PATH].filter(Boolean).join(delimiter);
const program = await versitygw();
const restic = findOnPath("restic", path);
const keys = { accessKey: "access", secretKey: "secret" };
const s3: StoreSettings = { name: "store-1", kind: "s3", region: "eu-west-1", bucket: "drs" };
const gcs: StoreSettings = { ...s3, kind: "gcs", region: "europe-west1" };
const place = (store: StoreSettings, given: StoreKeys | null) => ({
	store,
	cluster: "shop",
	keys: given,
	folder: "/run/mine",
});

describe("where restic finds a repository", () => {
	test("an Amazon bucket by its region's endpoint, with keys in the environment alone", () => {
		expect(resticAccess(place(s3, keys))).toEqual({
			repository: "s3:https://s3.eu-west-1.amazonaws.com/drs/repository/shop",
			environment: { AWS_ACCESS_KEY_ID: "access", AWS_SECRET_ACCESS_KEY: "secret", AWS_DEFAULT_REGION: "eu-west-1" },
			options: [],
			credentials: null,
		});
	});

	test("any other S3 by its endpoint, the bucket in the path", () => {
		const access = resticAccess(place({ ...s3, endpoint: "http://store:7071/" }, keys));
		expect(access.repository).toBe("s3:http://store:7071/drs/repository/shop");
		expect(access.options).toEqual(["-o", "s3.bucket-lookup=path"]);
	});

	test("without keys nothing hides the pod's own identity", () => {
		expect(resticAccess(place(s3, null)).environment).toEqual({ AWS_DEFAULT_REGION: "eu-west-1" });
		expect(resticAccess(place(gcs, null)).environment).toEqual({});
	});

	test("a Google bucket with its credentials in a file that the caller writes", () => {
		expect(resticAccess(place(gcs, { credentials: "{}" }))).toEqual({
			repository: "gs:drs:/repository/shop",
			environment: { GOOGLE_APPLICATION_CREDENTIALS: "/run/mine/store-1.json" },
			options: [],
			credentials: { file: "/run/mine/store-1.json", text: "{}" },
		});
	});

	test("an endpoint of one's own for GCS is asked with the identity; an emulator without one", () => {
		const own = resticAccess(place({ ...gcs, endpoint: "https://storage.internal" }, null));
		expect(own.environment).toEqual({ STORAGE_EMULATOR_HOST: "https://storage.internal" });
		const emulator = resticAccess(place({ ...gcs, endpoint: "http://127.0.0.1:4443" }, null));
		expect(emulator.environment).toMatchObject({ GOOGLE_ACCESS_TOKEN: "none" });
	});

	test("keys of the other kind are refused, and not told", () => {
		expect(() => resticAccess(place(gcs, keys))).toThrow("store store-1: the keys in its Secret are not those of");
		expect(() => resticAccess(place(s3, { credentials: "{}" }))).toThrow("not those of a store of kind s3");
	});
});

(program === undefined || restic === undefined ? describe.skip : describe)("restic on a real S3 server", () => {
	let gateway: Gateway;
	beforeAll(async () => {
		gateway = await Gateway.up(program as string);
	});
	afterAll(() => gateway.stop());

	test("what it backs up lies at the agreed place of the bucket and comes back as it was", async () => {
		const folder = temporary("restic");
		const access = resticAccess({ store: gateway.store, cluster: "shop", keys: gateway.keys, folder });
		const call = async (...args: string[]): Promise<string> => {
			const env = {
				...access.environment,
				PATH: path,
				HOME: folder,
				RESTIC_REPOSITORY: access.repository,
				RESTIC_PASSWORD: "x",
			};
			return (await promisify(execFile)(restic as string, [...access.options, ...args], { env })).stdout;
		};
		const data = join(folder, "data");
		await mkdir(data);
		for (const n of [1, 2, 3]) await writeFile(join(data, `file-${n}`), `content ${n}\n`.repeat(n * 1000));

		await call("init");
		await call("backup", data);
		const [snapshot] = JSON.parse(await call("snapshots", "--json")) as { id: string }[];
		await call("restore", `${snapshot?.id}:${data}`, "--target", join(folder, "back"));

		const store = s3Store({ store: gateway.store, keys: async () => gateway.keys });
		expect(await store.head("repository/shop/config")).not.toBeNull();
		for (const n of [1, 2, 3]) {
			expect(await readFile(join(folder, "back", `file-${n}`))).toEqual(await readFile(join(data, `file-${n}`)));
		}
	});
});
