/** The runtime as one file: what the image carries and what `npm run bundle` leaves in dist/ for builders of one's own. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import type { KeyInputs } from "../tools/key.ts";

const root = join(import.meta.dirname, "..", "..");

/** Where the Containerfile takes it from. */
export const bundleFile = join("dist", "mysql-dr.mjs");

const options: BuildOptions = {
	platform: "node",
	format: "esm",
	// The image's Node.js, Debian's, is at least this.
	target: "node22",
	bundle: true,
	minifySyntax: true,
	legalComments: "none",
	loader: { ".md": "text", ".html": "text", ".css": "text" },
	// CommonJS dependencies ask for these, which ES modules do not have.
	banner: {
		js: [
			'import { createRequire as __createRequire } from "node:module";',
			"const require = __createRequire(import.meta.url);",
			"const __filename = import.meta.filename, __dirname = import.meta.dirname;",
		].join(" "),
	},
	logLevel: "silent",
};

/** The rooms that the bundle may contain; dependencies count by the lockfile. */
const rooms = ["runtime", "runbooks", "objectives"];

/** What a change of makes another bundle, without making it. */
export function bundleInputs(checkout: string = root): KeyInputs {
	const folders = rooms
		.filter((room) => existsSync(join(checkout, room)))
		.map((room) => [room, { folder: join(checkout, room) }] as const);
	return {
		...Object.fromEntries(folders),
		dependencies: { file: join(checkout, "package-lock.json") },
		options: JSON.stringify(options),
	};
}

/** Bundles the entry into the file, which is whole whenever it is there. */
export async function bundle(target: string, entry: string = join(root, "runtime", "main.ts")): Promise<void> {
	const building = `${target}.${process.pid}`;
	await mkdir(dirname(target), { recursive: true });
	try {
		await build({
			...options,
			entryPoints: [entry],
			outfile: building,
			absWorkingDir: root,
		});
		await rename(building, target);
	} finally {
		await rm(building, { force: true });
	}
}
