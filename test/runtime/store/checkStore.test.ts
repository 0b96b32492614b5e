/** What is wrong with a store is said before anything relies on it. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { checkStore, unprotected } from "../../../runtime/store/checkStore.ts";
import { fakeGcs, GcsServer } from "./fakeGcs.ts";
import { Gateway, versitygw } from "./versitygw.ts";

jest.setTimeout(60_000);
const [s3, gcs] = [await versitygw(), await fakeGcs()];
const objectLock = { mode: "governance", days: 7 } as const;

test("what a bucket lacks is named one by one, with what to do", () => {
	const store = { name: "store-1", kind: "s3", region: "eu-west-1", bucket: "drs" } as const;
	expect(unprotected(store, { versioned: true, lockable: false })).toEqual([]);
	expect(unprotected({ ...store, objectLock }, { versioned: false, lockable: false })).toEqual([
		{ wrong: "store store-1: bucket drs keeps no versions", remedy: expect.stringContaining("turn versioning on") },
		{
			wrong: "store store-1: objectLock is declared, but bucket drs has no object lock",
			remedy: expect.stringContaining("make the bucket with object lock"),
		},
	]);
	const [problem] = unprotected({ ...store, kind: "gcs", objectLock }, { versioned: true, lockable: false });
	expect(problem?.wrong).toBe("store store-1: objectLock is declared, but bucket drs has no object retention");
});

(s3 === undefined ? describe.skip : describe)("an S3 store (versitygw)", () => {
	let gateway: Gateway;
	beforeAll(async () => {
		gateway = await Gateway.up(s3 as string);
		await gateway.makeBucket("plain", {});
		await gateway.makeBucket("locking", { objectLock: true });
	});
	afterAll(() => gateway.stop());
	const wrongs = async (settings: object, opening: object = {}) => {
		const store = { ...gateway.store, ...settings };
		const { problems } = await checkStore(store, gateway.open({ settings, ...opening }));
		return problems.map(({ wrong, remedy }) => `${wrong}; ${remedy}`);
	};

	test("with versions and locks as declared has no problem", async () => {
		expect(await wrongs({ bucket: "locking", objectLock })).toEqual([]);
	});

	test("without versions, and without the lock that is declared, has both problems", async () => {
		expect(await wrongs({ bucket: "plain", objectLock })).toEqual([
			expect.stringContaining("bucket plain keeps no versions"),
			expect.stringContaining("bucket plain has no object lock"),
		]);
	});

	test("that is not there, not ours or not reached has that one problem", async () => {
		expect(await wrongs({ bucket: "nowhere" })).toEqual([expect.stringContaining("; make bucket nowhere")]);
		expect(await wrongs({}, { wrongKeys: { secret: "no" } })).toEqual([
			expect.stringContaining("; let the pod's identity"),
		]);
		expect(await wrongs({ endpoint: "http://127.0.0.1:1" }, { deadlineMs: 5000 })).toEqual([
			expect.stringContaining("; see that http://127.0.0.1:1 can be reached"),
		]);
	});
});

(gcs === undefined ? describe.skip : describe)("a GCS store (fake-gcs-server)", () => {
	let server: GcsServer;
	beforeAll(async () => {
		server = await GcsServer.up(gcs as string, { backend: "memory" });
		await server.makeBucket({ name: "versioned", versioning: { enabled: true } });
	});
	afterAll(() => server.stop());

	test("is told apart by whether it keeps versions", async () => {
		expect(await checkStore(server.store, server.open())).toEqual({
			store: "store-2",
			problems: [expect.objectContaining({ wrong: "store store-2: bucket evidence keeps no versions" })],
		});
		const settings = { bucket: "versioned" };
		expect((await checkStore({ ...server.store, ...settings }, server.open({ settings }))).problems).toEqual([]);
	});
});
