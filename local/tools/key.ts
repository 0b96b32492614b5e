/** Content keys: the same inputs give the same key on every checkout, whatever its path and whatever its files' times. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a cache entry is made from: a name for each part, and its value or the content of a file or folder. */
export type KeyInputs = Readonly<Record<string, KeyInput>>;
export type KeyInput = string | readonly string[] | { readonly file: string } | FolderInput;

export interface FolderInput {
	readonly folder: string;
	/** Files whose names match do not count: they are no part of what is built. */
	readonly except?: RegExp;
}

/** 16 hexadecimal digits over all parts and their names, in an order that does not depend on how they were written down. */
export async function contentKey(inputs: KeyInputs): Promise<string> {
	const hash = createHash("sha256");
	for (const name of Object.keys(inputs).sort()) {
		const input = inputs[name];
		if (input !== undefined) hash.update(frame(name)).update(frame(await contentOf(input)));
	}
	return hash.digest("hex").slice(0, 16);
}

/** Lengths in front keep ["ab", "c"] and ["a", "bc"] apart. */
function frame(content: string | Buffer): Buffer {
	const bytes = Buffer.from(content);
	return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes]);
}

async function contentOf(input: KeyInput): Promise<string | Buffer> {
	if (typeof input === "string") return input;
	if ("file" in input) return readFile(input.file);
	if ("folder" in input) return Buffer.concat(await folderContent(input));
	return Buffer.concat(input.map(frame));
}

async function folderContent({ folder, except }: FolderInput): Promise<Buffer[]> {
	const entries = await readdir(folder, {
		recursive: true,
		withFileTypes: true,
	});
	const files = entries
		.filter((entry) => entry.isFile() && !except?.test(entry.name))
		.map((entry) => join(entry.parentPath, entry.name));
	const parts = files.sort().map(async (file) => [frame(file.slice(folder.length)), frame(await readFile(file))]);
	return (await Promise.all(parts)).flat();
}
