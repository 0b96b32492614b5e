/**
 * Builds the Containerfile's image without a container engine: RUN in a chroot, COPY into a tree, two layers.
 *
 * All up to the last RUN is one heavy layer, kept in the cache by content and imported once per node; what comes after (the bundle) is
 * a small one, so that a change of the runtime costs a node a few megabytes.
 */
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Progress } from "../step.ts";
import { cached, type Entry } from "../tools/cache.ts";
import { aptSettings, bootstrap, recordPackages, showApt, suite } from "../tools/debian.ts";
import type { KeyInput, KeyInputs } from "../tools/key.ts";
import { run } from "../tools/run.ts";
import type { Containerfile, Instruction } from "./containerfile.ts";
import { type Image, type Layer, makeLayer, plainConfig, writeArchive } from "./oci.ts";

/** An image that can be imported, after those that it stands on. */
export interface ImageArchive {
	readonly reference: string;
	readonly archive: string;
}

export interface ImageBuild {
	/** Name without tag. */
	readonly name: string;
	readonly containerfile: Containerfile;
	/** Folder that COPY's sources are in. */
	readonly context: string;
	/** What the files copied after the last RUN are made from. */
	readonly sources: KeyInputs;
	/** Makes those files. */
	prepare(): Promise<void>;
}

/** The heavy part's archive, then the image's. */
export async function buildImage(image: ImageBuild, progress: Progress): Promise<readonly ImageArchive[]> {
	const [heavy, light] = splitAtLastRun(image.containerfile.instructions);
	const base = await cached(baseEntry(progress), progress);
	const under = await cached(heavyEntry(image, heavy, base, progress), progress);
	const top = await cached(lightEntry(image, light, under), progress);
	return [await readArchive(under), await readArchive(top)];
}

/** What changes rarely and what changes with the code. */
export function splitAtLastRun(
	instructions: readonly Instruction[],
): readonly [readonly Instruction[], readonly Instruction[]] {
	const heavy = instructions.findLastIndex(({ kind }) => kind === "run") + 1;
	return [instructions.slice(0, heavy), instructions.slice(heavy)];
}

/** An archive's entry in the cache: the archive and its reference. */
export async function saveArchive(folder: string, image: Image, present: readonly Layer[] = []): Promise<void> {
	const reference = await writeArchive(image, join(folder, "image.tar"), present);
	await writeFile(join(folder, "image.json"), JSON.stringify({ reference, layers: image.layers }));
}

export async function readArchive(folder: string): Promise<ImageArchive> {
	const { reference } = JSON.parse(await readFile(join(folder, "image.json"), "utf8"));
	return { reference, archive: join(folder, "image.tar") };
}

/** The local stand-in for the FROM line's image. */
function baseEntry(progress: Progress): Entry {
	return {
		name: "debian",
		title: `Debian ${suite} as the image's base`,
		inputs: { suite, recipe: "1" },
		make: (folder) => bootstrap(join(folder, "root"), [], progress),
	};
}

function heavyEntry(image: ImageBuild, instructions: readonly Instruction[], base: string, progress: Progress): Entry {
	return {
		name: "image-base",
		title: `packages of ${image.name}`,
		inputs: { ...instructionInputs(image, instructions), base: basename(base) },
		make: async (folder) => {
			const root = join(folder, "root");
			await run("cp", ["--archive", "--reflink=auto", join(base, "root"), root]);
			for (const instruction of instructions) await carryOut(instruction, root, image, progress);
			await recordPackages(root);
			await removeMachine(root);
			progress.far("packing");
			const layer = await makeLayer(
				root,
				join(folder, "layer.tar"),
				`Containerfile up to its last RUN, on Debian ${suite}`,
			);
			await run("rm", ["-rf", "--one-file-system", root]);
			await saveArchive(folder, {
				name: `${image.name}-base`,
				layers: [layer],
				config: plainConfig,
			});
			// The archive has it; of the layer itself only digest and size are needed from here on.
			await rm(layer.file);
		},
	};
}

function lightEntry(image: ImageBuild, instructions: readonly Instruction[], under: string): Entry {
	return {
		name: "image",
		title: `image ${image.name}`,
		// Not the copied files themselves: they are made from these sources when the entry is.
		inputs: {
			...image.sources,
			instructions: JSON.stringify(instructions),
			config: JSON.stringify(image.containerfile.config),
			under: basename(under),
		},
		make: async (folder) => {
			await image.prepare();
			const root = join(folder, "root");
			await mkdir(root);
			for (const instruction of instructions) await copyFiles(instruction, root, image.context);
			const layer = await makeLayer(root, join(folder, "layer.tar"), "COPY");
			await rm(root, { recursive: true });
			const heavy: { layers: Layer[] } = JSON.parse(await readFile(join(under, "image.json"), "utf8"));
			const { name, containerfile } = image;
			await saveArchive(
				folder,
				{
					name,
					layers: [...heavy.layers, layer],
					config: containerfile.config,
				},
				heavy.layers,
			);
			await rm(layer.file);
		},
	};
}

/** What the instructions say, and what they copy, by content. */
function instructionInputs({ containerfile, context }: ImageBuild, instructions: readonly Instruction[]): KeyInputs {
	const copied = instructions.flatMap((instruction) => (instruction.kind === "copy" ? instruction.sources : []));
	const files = copied.map((source): [string, KeyInput] => [`copy ${source}`, { file: join(context, source) }]);
	return {
		instructions: JSON.stringify(instructions),
		args: JSON.stringify(containerfile.args),
		...Object.fromEntries(files),
	};
}

async function carryOut(instruction: Instruction, root: string, image: ImageBuild, progress: Progress): Promise<void> {
	if (instruction.kind === "run") await runInside(root, instruction.command, image.containerfile, progress);
	else await copyFiles(instruction, root, image.context);
}

async function copyFiles(instruction: Instruction, root: string, context: string): Promise<void> {
	if (instruction.kind !== "copy") throw new Error("RUN after the last RUN");
	const { sources, target, mode } = instruction;
	for (const source of sources) {
		const place = join(root, target.endsWith("/") ? join(target, basename(source)) : target);
		await mkdir(dirname(place), { recursive: true });
		await cp(join(context, source), place, { recursive: true });
		await run("chmod", ["--recursive", `u=rwX,${mode === "0755" ? "a+rx" : "go=rX"}`, place]);
	}
}

/** In mounts and processes of its own, which end with it. */
const enter = `
mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --rbind /dev "$1/dev" &&
exec chroot "$1" /bin/sh -c "$2"`;

async function runInside(
	root: string,
	command: string,
	{ args, config }: Containerfile,
	progress: Progress,
): Promise<void> {
	await copyFile("/etc/resolv.conf", join(root, "etc", "resolv.conf"));
	await writeFile(join(root, "etc", "apt", "apt.conf.d", "99machine"), await aptSettings());
	await run("unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, "sh", root, command], {
		env: { ...cleanEnvironment(), ...args, ...config.env },
		onLine: (line) => showApt(line, progress),
	});
}

/** Nothing of this machine goes into a build but the way to its mirrors. */
function cleanEnvironment(): Record<string, string | undefined> {
	const gone = Object.keys(process.env).filter((name) => !/^(https?|no)_proxy$/i.test(name));
	return {
		...Object.fromEntries(gone.map((name) => [name, undefined])),
		PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		HOME: "/root",
		LC_ALL: "C.UTF-8",
	};
}

/** Names and addresses of this machine, and device files, which every container gets of its own. */
async function removeMachine(root: string): Promise<void> {
	for (const file of ["etc/resolv.conf", "etc/hostname", "etc/apt/apt.conf.d/99machine"])
		await rm(join(root, file), { force: true });
	for (const name of await readdir(join(root, "dev")))
		await rm(join(root, "dev", name), { recursive: true, force: true });
}
