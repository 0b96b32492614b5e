/** Builds one Go program into the cache. The machine's own GOFLAGS, GOPROXY and caches stay as they are; sums are always checked. */
import { copyFile, link } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import type { Progress } from "../step.ts";
import { cached, type Entry } from "./cache.ts";
import type { KeyInputs } from "./key.ts";
import { findFitting, findOnPath } from "./onPath.ts";
import type { GoTool } from "./recipes.ts";
import { run } from "./run.ts";

/** What the go.mod files ask for. */
export const oldestGo = "1.26";

/** Read-only: whatever the machine's GOFLAGS say, a build never changes the go.mod and go.sum that it is checked by. */
const moduleFlags = ["-mod=readonly"];
const buildFlags = [...moduleFlags, "-buildvcs=false", "-trimpath"];
/** Static, so that the same binary runs in every machine of a site, whatever its C library. */
const env = { CGO_ENABLED: "0" };

/** Asked once a run; the answer is part of every key. */
let toolchain: Promise<string> | undefined;

/** The compiler and what it builds for: "go1.26.8 linux amd64". */
export function goToolchain(moduleFolder: string): Promise<string> {
	toolchain ??= askToolchain(moduleFolder);
	return toolchain;
}

async function askToolchain(cwd: string): Promise<string> {
	if (findOnPath("go") === undefined) throw noGo("there is none on the PATH");
	try {
		const { stdout } = await run("go", ["env", "GOVERSION", "GOOS", "GOARCH"], {
			cwd,
		});
		return stdout.trim().split("\n").join(" ");
	} catch (error) {
		throw noGo(error instanceof Error ? error.message : String(error));
	}
}

function noGo(wrong: string): UserError {
	return new UserError({
		field: "go",
		value: undefined,
		wrong,
		remedy: `install Go ${oldestGo} or newer (https://go.dev/doc/install): Kubernetes is built from its Go modules`,
	});
}

/** A cache entry for each program, so that a change of one leaves the others. */
export async function goEntry(tool: GoTool, progress: Progress): Promise<Entry> {
	return {
		name: tool.name,
		title: `build ${tool.name}`,
		inputs: await goInputs(tool),
		make: (folder) => build(tool, folder, progress),
	};
}

async function goInputs(tool: GoTool): Promise<KeyInputs> {
	return {
		recipe: [tool.package, ...(tool.ldflags ?? []), tool.tags ?? "", "-buildvcs=false", "-trimpath"],
		toolchain: await goToolchain(tool.module),
		modules: { file: join(tool.module, "go.mod") },
		sums: { file: join(tool.module, "go.sum") },
		sources: tool.sources === undefined ? "" : { folder: tool.sources, except: /(_test\.go|\.md)$/ },
	};
}

/** Folder with the program: from the PATH if one there fits, else from the cache, else built now. */
export async function ensureGoTool(tool: GoTool, progress: Progress): Promise<string> {
	const found = tool.present && (await findFitting(tool.present));
	if (!found) return cached(await goEntry(tool, progress), progress);
	const versions = found.map(({ name, path, version }) => `${name} ${version} ${path}`);
	const make = async (folder: string): Promise<void> => {
		for (const { name, path } of found) await copyFile(path, join(folder, name));
	};
	return cached(
		{
			name: tool.name,
			title: `take ${tool.name} from the PATH`,
			inputs: { versions },
			make,
		},
		progress,
	);
}

async function build(tool: GoTool, folder: string, progress: Progress): Promise<void> {
	const total = await countPackages(tool, progress);
	let compiled = 0;
	await run("go", ["build", "-v", ...goFlags(tool), "-o", join(folder, tool.name), tool.package], {
		cwd: tool.module,
		env,
		onLine: (line) => {
			// -v prints the packages that are compiled, not those that the build cache had.
			if (!/^[\w.~/-]+$/.test(line)) return;
			compiled += 1;
			progress.far(`${compiled} of at most ${total} packages compiled, now ${line}`);
		},
	});
	for (const name of tool.links ?? []) await link(join(folder, tool.name), join(folder, name));
}

function goFlags(tool: GoTool): string[] {
	const tags = tool.tags === undefined ? [] : ["-tags", tool.tags];
	return [...buildFlags, ...tags, "-ldflags", ["-s", "-w", ...(tool.ldflags ?? [])].join(" ")];
}

/** Also downloads the modules, which takes minutes the first time. */
async function countPackages(tool: GoTool, progress: Progress): Promise<number> {
	let modules = 0;
	const { stdout } = await run(
		"go",
		["list", ...moduleFlags, "-deps", ...(tool.tags ? ["-tags", tool.tags] : []), tool.package],
		{
			cwd: tool.module,
			env,
			onLine: (line) => {
				if (!line.startsWith("go: downloading ")) return;
				modules += 1;
				progress.far(`${modules} modules downloaded, now ${line.slice("go: downloading ".length)}`);
			},
		},
	);
	return stdout.split("\n").length - 1;
}

/** The folder of a module's sources in Go's own cache. */
export async function moduleFolder(from: string, module: string): Promise<string> {
	const { stdout } = await run("go", ["list", ...moduleFlags, "-m", "-f", "{{.Dir}}", module], {
		cwd: from,
		env,
	});
	return stdout.trim();
}
