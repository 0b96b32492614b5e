/**
 * Objects that came in parts, as S3's other clients send large ones (copies of a bucket, for one): the store itself puts
 * each object whole. Kept against a real S3 server.
 */
import {
	AbortMultipartUploadCommand,
	CompleteMultipartUploadCommand,
	CreateMultipartUploadCommand,
	ListMultipartUploadsCommand,
	UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Bucket } from "../../../runtime/store/objectStore.ts";
import { Gateway, versitygw } from "./versitygw.ts";

jest.setTimeout(120_000);
const program = await versitygw();

/** The smallest that S3 takes for a part that is not the last. Bytes. */
const partSize = 5 * 2 ** 20;
const body = Buffer.from(Uint32Array.from({ length: (2 * partSize + 4096) / 4 }, (_, n) => n * 2_654_435_761).buffer);

(program === undefined ? describe.skip : describe)("an object that comes in parts (versitygw)", () => {
	let gateway: Gateway;
	let store: Bucket;
	const at = (Key: string) => ({ Bucket: "locking", Key });

	beforeAll(async () => {
		gateway = await Gateway.up(program as string);
		await gateway.makeBucket("locking", { objectLock: true });
		store = gateway.open({ settings: { bucket: "locking", objectLock: { mode: "governance", days: 1 } } });
	});
	afterAll(() => gateway.stop());

	/** Sends all parts. @returns what completes or aborts the upload */
	async function sent(Key: string, lock: { ObjectLockMode?: "GOVERNANCE"; ObjectLockRetainUntilDate?: Date } = {}) {
		const s3 = gateway.client();
		const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at(Key), ...lock }));
		const Parts = [];
		for (let offset = 0, PartNumber = 1; offset < body.length; offset += partSize, PartNumber += 1) {
			const Body = body.subarray(offset, offset + partSize);
			const { ETag } = await s3.send(new UploadPartCommand({ ...at(Key), UploadId, PartNumber, Body }));
			Parts.push({ ETag, PartNumber });
		}
		return { UploadId, Parts };
	}

	async function listed(prefix: string): Promise<string[]> {
		const keys: string[] = [];
		for await (const { key } of store.list(prefix)) keys.push(key);
		return keys;
	}

	test("is read whole, and in part across the seam of two parts", async () => {
		const { UploadId, Parts } = await sent("whole");
		const MultipartUpload = { Parts };
		await gateway.client().send(new CompleteMultipartUploadCommand({ ...at("whole"), UploadId, MultipartUpload }));
		expect((await store.get("whole"))?.equals(body)).toBe(true);
		const seam = await store.getRange("whole", partSize - 10, 20);
		expect(seam?.equals(body.subarray(partSize - 10, partSize + 10))).toBe(true);
		expect(await store.head("whole")).toMatchObject({ size: body.length });
	});

	test("is not there for the store before it is complete, and leaves nothing when it is aborted", async () => {
		const { UploadId } = await sent("unfinished");
		expect([await store.get("unfinished"), await store.head("unfinished")]).toEqual([null, null]);
		expect(await listed("unfinished")).toEqual([]);
		const uploads = async () =>
			(await gateway.client().send(new ListMultipartUploadsCommand({ Bucket: "locking" }))).Uploads ?? [];
		expect((await uploads()).map(({ Key }) => Key)).toContain("unfinished");
		await gateway.client().send(new AbortMultipartUploadCommand({ ...at("unfinished"), UploadId }));
		expect((await uploads()).map(({ Key }) => Key)).not.toContain("unfinished");
		expect(await store.put("unfinished", Buffer.from("ours"), "once")).toBe("written");
		expect((await store.get("unfinished"))?.toString()).toBe("ours");
	});

	test("that was sent with a lock stays, and the store writes nothing over it once", async () => {
		const until = new Date(Date.now() + 86_400_000);
		const { UploadId, Parts } = await sent("locked", {
			ObjectLockMode: "GOVERNANCE",
			ObjectLockRetainUntilDate: until,
		});
		const MultipartUpload = { Parts };
		await gateway.client().send(new CompleteMultipartUploadCommand({ ...at("locked"), UploadId, MultipartUpload }));
		expect(await store.put("locked", Buffer.from("ours"), "once")).toBe("present");
		expect(await store.remove("locked")).toBe(false);
		expect((await store.get("locked"))?.equals(body)).toBe(true);
	});
});
