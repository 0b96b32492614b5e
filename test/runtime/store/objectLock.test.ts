/** What is locked stays, whoever removes it: kept against a real S3 server and its own object lock. */
import { DeleteObjectCommand, GetObjectCommand, PutObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Bucket } from "../../../runtime/store/objectStore.ts";
import { Gateway, versitygw } from "./versitygw.ts";

jest.setTimeout(60_000);
const program = await versitygw();
const body = Buffer.from("locked");

(program === undefined ? describe.skip : describe)("an S3 store with object lock (versitygw)", () => {
	let gateway: Gateway;
	const open = (mode: "governance" | "compliance", bucket = "locking"): Bucket =>
		gateway.open({ settings: { bucket, objectLock: { mode, days: 1 } } });

	beforeAll(async () => {
		gateway = await Gateway.up(program as string);
		await gateway.makeBucket("plain", {});
		for (const bucket of ["locking", "defaults"]) await gateway.makeBucket(bucket, { objectLock: true });
	});
	afterAll(() => gateway.stop());

	test.each(["governance", "compliance"] as const)(
		"what was written once in mode %s cannot be removed",
		async (mode) => {
			const store = open(mode);
			expect(await store.put(`${mode}.json`, body, "once")).toBe("written");
			expect(await store.remove(`${mode}.json`)).toBe(false);
			expect((await store.get(`${mode}.json`))?.equals(body)).toBe(true);
			expect(await store.put(`${mode}.json`, Buffer.from("other"), "once")).toBe("present");
		},
	);

	test("the server keeps the version also from who names it", async () => {
		const store = open("compliance");
		await store.put("kept.json", body, "once");
		const { VersionId } = await gateway.head("locking", "kept.json");
		const remove = new DeleteObjectCommand({ Bucket: "locking", Key: "kept.json", VersionId });
		await expect(gateway.client().send(remove)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
		expect((await store.get("kept.json"))?.equals(body)).toBe(true);
	});

	test("what is replaced is not locked, and removing it removes each of its versions", async () => {
		const store = open("compliance");
		await store.put("status.json", Buffer.from("first"), "replace");
		await store.put("status.json", Buffer.from("second"), "replace");
		expect(await store.remove("status.json")).toBe(true);
		expect(await store.get("status.json")).toBeNull();
	});

	test("where the bucket locks by default, what is replaced is kept as well, version by version", async () => {
		const DefaultRetention = { Mode: "GOVERNANCE", Days: 1 } as const;
		const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } } as const;
		await gateway.client().send(new PutObjectLockConfigurationCommand({ Bucket: "defaults", ObjectLockConfiguration }));
		const store = open("governance", "defaults");
		await store.put("status.json", Buffer.from("first"), "replace");
		expect(await store.put("status.json", Buffer.from("second"), "replace")).toBe("written");
		expect((await store.get("status.json"))?.toString()).toBe("second");
		expect(await store.remove("status.json")).toBe(false);
		expect((await store.get("status.json"))?.toString()).toBe("second");
	});

	test("what is hidden is gone for who asks, and its version stays, locked or not", async () => {
		const store = open("governance");
		await store.put("hidden.json", body, "once");
		const { VersionId } = await gateway.head("locking", "hidden.json");
		expect(await store.remove("hidden.json", "hide")).toBe(true);
		expect(await store.get("hidden.json")).toBeNull();
		const get = new GetObjectCommand({ Bucket: "locking", Key: "hidden.json", VersionId });
		const kept = await (await gateway.client().send(get)).Body?.transformToByteArray();
		expect(Buffer.from(kept ?? []).equals(body)).toBe(true);
	});

	test("where the bucket cannot lock, the put fails and says which setting asks for it", async () => {
		await expect(open("governance", "plain").put("x.json", body, "once")).rejects.toThrow(
			/^store store-1: put x\.json: objectLock is declared, but bucket plain cannot lock objects/,
		);
	});
});
