/** OCI image archives, written directly: what `ctr images import` and `docker load` read. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../tools/run.ts";
import type { ImageConfig } from "./containerfile.ts";

/** A layer as an uncompressed tar: nodes unpack it as fast as they can read it. */
export interface Layer {
	readonly file: string;
	/** "sha256:..." of the file; also its diff id, since it is not compressed. */
	readonly digest: string;
	readonly size: number;
	/** What made it, for `docker history`. */
	readonly createdBy: string;
}

export interface Image {
	readonly name: string;
	readonly layers: readonly Layer[];
	readonly config: ImageConfig;
}

/** Owner, order and times are fixed, so that equal content gives an equal digest. */
export async function makeLayer(root: string, file: string, createdBy: string): Promise<Layer> {
	await run("tar", [
		"--create",
		"--file",
		file,
		"--directory",
		root,
		"--sort=name",
		"--numeric-owner",
		"--mtime=@0",
		"--format=gnu",
		".",
	]);
	return {
		file,
		digest: await digestOf(file),
		size: (await stat(file)).size,
		createdBy,
	};
}

export const plainConfig: ImageConfig = {
	env: {},
	labels: {},
	user: "",
	workingDir: "/",
	entrypoint: [],
};

/** Content tag of an image: changes with anything in it. */
export function contentTag(image: Image): string {
	return sha256(configDocument(image)).slice("sha256:".length, "sha256:".length + 12);
}

/**
 * Writes the archive and returns the image's reference, `<name>:<content tag>`.
 * Layers in `present` are named but not included: whoever imports the archive must have imported them before.
 */
export async function writeArchive(image: Image, file: string, present: readonly Layer[] = []): Promise<string> {
	const reference = `${image.name}:${contentTag(image)}`;
	const config = configDocument(image);
	const manifest = manifestDocument(image, config);
	const folder = `${file}.content`;
	const blobs = join(folder, "blobs", "sha256");
	await rm(folder, { recursive: true, force: true });
	await mkdir(blobs, { recursive: true });
	const included = image.layers.filter((layer) => !present.some(({ digest }) => digest === layer.digest));
	for (const layer of included) await link(layer.file, join(blobs, hex(layer.digest)));
	for (const blob of [config, manifest]) await writeFile(join(blobs, hex(sha256(blob))), blob);
	await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
	await writeFile(join(folder, "index.json"), indexDocument(reference, manifest));
	const order = ["oci-layout", "index.json", "blobs"];
	await run("tar", [
		"--create",
		"--file",
		file,
		"--directory",
		folder,
		"--sort=name",
		"--owner=0",
		"--group=0",
		"--mtime=@0",
		...order,
	]);
	await rm(folder, { recursive: true, force: true });
	return reference;
}

const types = {
	config: "application/vnd.oci.image.config.v1+json",
	layer: "application/vnd.oci.image.layer.v1.tar",
	manifest: "application/vnd.oci.image.manifest.v1+json",
	index: "application/vnd.oci.image.index.v1+json",
};

function configDocument({ layers, config }: Image): string {
	return JSON.stringify({
		...platform(),
		config: {
			Env: Object.entries(config.env).map(([name, value]) => `${name}=${value}`),
			Entrypoint: config.entrypoint,
			Labels: config.labels,
			User: config.user,
			WorkingDir: config.workingDir,
		},
		rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
		history: layers.map(({ createdBy }) => ({ created_by: createdBy })),
	});
}

function manifestDocument({ layers }: Image, config: string): string {
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: types.manifest,
		config: {
			mediaType: types.config,
			digest: sha256(config),
			size: Buffer.byteLength(config),
		},
		layers: layers.map(({ digest, size }) => ({
			mediaType: types.layer,
			digest,
			size,
		})),
	});
}

function indexDocument(reference: string, manifest: string): string {
	const entry = {
		mediaType: types.manifest,
		digest: sha256(manifest),
		size: Buffer.byteLength(manifest),
		platform: platform(),
		annotations: {
			"io.containerd.image.name": reference,
			"org.opencontainers.image.ref.name": reference.slice(reference.lastIndexOf(":") + 1),
		},
	};
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: types.index,
		manifests: [entry],
	});
}

function platform(): { architecture: string; os: string } {
	return {
		architecture: process.arch === "x64" ? "amd64" : process.arch,
		os: "linux",
	};
}

function sha256(text: string): string {
	return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function hex(digest: string): string {
	return digest.slice("sha256:".length);
}

async function digestOf(file: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(file), hash);
	return `sha256:${hash.digest("hex")}`;
}
