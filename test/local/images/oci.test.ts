import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { contentTag, type Image, type Layer, makeLayer, plainConfig, writeArchive } from "../../../local/images/oci.ts";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "oci-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function layer(name: string, content: string): Promise<Layer> {
	const root = join(folder, `${name}-root`);
	await mkdir(root, { recursive: true });
	await writeFile(join(root, "file"), content);
	return makeLayer(root, join(folder, `${name}.tar`), name);
}

async function unpacked(archive: string): Promise<string> {
	const target = join(folder, "unpacked");
	await mkdir(target);
	execFileSync("tar", ["--extract", "--file", archive, "--directory", target]);
	return target;
}

test("equal content makes an equal layer, whatever the files' times", async () => {
	const first = await layer("one", "same");
	await utimes(join(folder, "one-root", "file"), 1, 1);
	const second = await makeLayer(join(folder, "one-root"), join(folder, "two.tar"), "two");
	expect(second.digest).toBe(first.digest);
	expect((await layer("three", "other")).digest).not.toBe(first.digest);
});

describe("an archive", () => {
	test("leads from its index to every blob, each named by its digest", async () => {
		const image: Image = { name: "localhost/x", layers: [await layer("one", "1")], config: plainConfig };
		const reference = await writeArchive(image, join(folder, "image.tar"));
		const root = await unpacked(join(folder, "image.tar"));
		const blob = async (digest: string) => readFile(join(root, "blobs", "sha256", digest.slice(7)), "utf8");
		const index = JSON.parse(await readFile(join(root, "index.json"), "utf8"));
		expect(index.manifests[0].annotations["io.containerd.image.name"]).toBe(reference);
		const manifest = JSON.parse(await blob(index.manifests[0].digest));
		expect(JSON.parse(await blob(manifest.config.digest)).rootfs.diff_ids).toEqual([image.layers[0]?.digest]);
		for (const name of await readdir(join(root, "blobs", "sha256"))) {
			const content = await readFile(join(root, "blobs", "sha256", name));
			expect(createHash("sha256").update(content).digest("hex")).toBe(name);
		}
	});

	test("names layers that are present already, but does not carry them", async () => {
		const [heavy, light] = [await layer("heavy", "big"), await layer("light", "small")];
		const image: Image = { name: "localhost/x", layers: [heavy, light], config: plainConfig };
		await writeArchive(image, join(folder, "image.tar"), [heavy]);
		const blobs = await readdir(join(await unpacked(join(folder, "image.tar")), "blobs", "sha256"));
		expect(blobs).toContain(light.digest.slice(7));
		expect(blobs).not.toContain(heavy.digest.slice(7));
	});
});

test("the tag changes with the layers and with how the image is started, and is never latest", async () => {
	const one = await layer("one", "1");
	const image: Image = { name: "localhost/x", layers: [one], config: plainConfig };
	const tags = [
		image,
		{ ...image, layers: [await layer("two", "2")] },
		{ ...image, config: { ...plainConfig, user: "999" } },
	].map(contentTag);
	expect(new Set(tags).size).toBe(3);
	for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{12}$/);
});
