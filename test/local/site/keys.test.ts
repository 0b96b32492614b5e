import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { layoutOf } from "../../../local/site/layout.ts";
import { ensureKeys } from "../../../local/site/pki.ts";

const zones = ["zone-a", "zone-b", "zone-c"];
let folder = "";
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "site-keys-"));
	await ensureKeys(folder, layoutOf("dev", 0, "local-1", zones));
});
afterAll(() => rm(folder, { recursive: true }));

const certificate = async (name: string) => new X509Certificate(await readFile(join(folder, `${name}.crt`)));

describe("a site's keys", () => {
	test("every certificate is signed by the site's authority", async () => {
		const authority = await certificate("ca");
		const names = (await readdir(folder)).filter((file) => file.endsWith(".crt")).map((file) => file.slice(0, -4));
		expect(names.length).toBeGreaterThan(10);
		for (const name of names)
			expect([name, (await certificate(name)).verify(authority.publicKey)]).toEqual([name, true]);
	});

	test("private keys are for their owner alone", async () => {
		const keys = (await readdir(folder)).filter((file) => file.endsWith(".key"));
		const modes = await Promise.all(keys.map(async (file) => (await stat(join(folder, file))).mode & 0o777));
		expect(new Set(modes)).toEqual(new Set([0o600]));
	});

	test("a kubelet is who the node authorizer takes it for", async () => {
		expect((await certificate("kubelet-zone-b")).subject.split("\n").sort()).toEqual([
			"CN=system:node:zone-b",
			"O=system:nodes",
		]);
	});

	test("in another slot only what holds an address is made anew", async () => {
		const serials = async () =>
			Object.fromEntries(
				await Promise.all(
					["ca", "admin", "apiserver"].map(async (name) => [name, (await certificate(name)).serialNumber]),
				),
			);
		const before = await serials();
		await ensureKeys(folder, layoutOf("dev", 0, "local-1", zones));
		expect(await serials()).toEqual(before);
		await ensureKeys(folder, layoutOf("dev", 7, "local-1", zones));
		const after = await serials();
		expect([after.ca, after.admin]).toEqual([before.ca, before.admin]);
		expect(after.apiserver).not.toBe(before.apiserver);
		expect((await certificate("apiserver")).checkIP("10.231.7.10")).toBe("10.231.7.10");
	});
});
