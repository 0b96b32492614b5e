/** Every image that a site imports: pause, CoreDNS, and the runtime from the Containerfile. */
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Progress } from "../step.ts";
import { cached } from "../tools/cache.ts";
import { buildImage, type ImageArchive, readArchive, saveArchive } from "./build.ts";
import { bundle, bundleFile, bundleInputs } from "./bundle.ts";
import { parseContainerfile } from "./containerfile.ts";
import { makeLayer, plainConfig } from "./oci.ts";

const checkout = join(import.meta.dirname, "..", "..");

/** "localhost" as the host: no kubelet ever asks a registry for it, and containerd takes the name as it is. */
const prefix = "localhost/mysql-dr";

export interface SiteImages {
	/** To be imported in this order: the runtime's archive has only the layers that its base has not. */
	readonly images: readonly ImageArchive[];
	readonly pauseImage: string;
	readonly corednsImage: string;
	readonly runtimeImage: string;
}

/** Folders of the built programs that images of one file are made from. */
export interface ImagePrograms {
	readonly pause: string;
	readonly coredns: string;
}

/** `runtime` is what `ensureRuntimeImage` gives: it needs no programs and is made beside them. */
export async function ensureImages(
	programs: ImagePrograms,
	runtime: readonly ImageArchive[],
	progress: Progress,
): Promise<SiteImages> {
	const pause = await programImage("pause", programs.pause, progress);
	const coredns = await programImage("coredns", programs.coredns, progress);
	return {
		images: [pause, coredns, ...runtime],
		pauseImage: pause.reference,
		corednsImage: coredns.reference,
		runtimeImage: runtime[runtime.length - 1]?.reference ?? "",
	};
}

/** The heavy base and the runtime on it. */
export async function ensureRuntimeImage(progress: Progress): Promise<readonly ImageArchive[]> {
	const text = await readFile(join(checkout, "Containerfile"), "utf8");
	return buildImage(
		{
			name: `${prefix}/runtime`,
			// The machine's own mirror has one moment, and what it has then.
			containerfile: parseContainerfile(text, { SNAPSHOT: "", RESTIC: "" }),
			context: checkout,
			sources: bundleInputs(),
			prepare: () => bundle(join(checkout, bundleFile)),
		},
		progress,
	);
}

/** An image of one static program. */
async function programImage(name: string, folder: string, progress: Progress): Promise<ImageArchive> {
	const make = async (target: string): Promise<void> => {
		const root = join(target, "root");
		await mkdir(root);
		await copyFile(join(folder, name), join(root, name));
		const layer = await makeLayer(root, join(target, "layer.tar"), `COPY ${name}`);
		await rm(root, { recursive: true });
		const config = { ...plainConfig, entrypoint: [`/${name}`] };
		await saveArchive(target, {
			name: `${prefix}/${name}`,
			layers: [layer],
			config,
		});
		await rm(layer.file);
	};
	const inputs = { program: basename(folder), recipe: "1" };
	return readArchive(await cached({ name: `image-${name}`, title: `image ${name}`, inputs, make }, progress));
}
