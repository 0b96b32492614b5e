/** All that a local site is made of, made once: programs, the machines' root file system, images. */
import { existsSync } from "node:fs";
import { copyFile, link, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ImageArchive } from "../images/build.ts";
import { ensureImages, ensureRuntimeImage, type SiteImages } from "../images/images.ts";
import { type Progress, silent } from "../step.ts";
import { cached, cacheRoot, type Entry, entryFolder } from "./cache.ts";
import { bootstrap, ensureHostPackages, suite } from "./debian.ts";
import { ensureGoTool, goEntry, moduleFolder } from "./go.ts";
import { together } from "./interruption.ts";
import { findFitting, findOnPath } from "./onPath.ts";
import { clusterTools, kube } from "./recipes.ts";
import { requireForTools } from "./requirements.ts";

export interface Tools extends SiteImages {
	/** Folder: kube and its names (kube-apiserver ... kubectl), csi-provisioner, csi-snapshotter, snapshot-controller, coredns, pause, versitygw, mysql-dr-csi. */
	readonly bin: string;
	/** Root file system for machines; to be mounted read-only (as the lower part of an overlay). */
	readonly nodeRoot: string;
	/** Files of CustomResourceDefinitions for volume snapshots. */
	readonly snapshotCrds: readonly string[];
}

const nodePackages = [
	...["etcd-server", "etcd-client", "containerd", "runc", "containernetworking-plugins"],
	...["iptables", "nftables", "ipset", "iproute2", "conntrack", "ethtool", "iputils-ping", "socat", "curl"],
	...["procps", "util-linux", "mount", "kmod", "btrfs-progs", "ca-certificates", "openssl", "tar", "jq"],
];

/** Says what is lacking before it begins; otherwise makes what is not in the cache yet. Debian's part and Go's go side by side. */
export async function ensureTools(progress: Progress): Promise<Tools> {
	await requireForTools(cacheRoot(), await notBuilt());
	await ensureHostPackages(progress);
	const [root, runtime, programs] = await together<[string, readonly ImageArchive[], Map<string, string>]>([
		cached(nodeRootEntry(progress), progress),
		ensureRuntimeImage(progress),
		goPart(progress),
	]);
	const folder = (name: string): string => programs.get(name) ?? "";
	const bin = await cached(binEntry([...programs.values()]), progress);
	const crds = await cached(crdsEntry(), progress);
	const images = await ensureImages({ pause: folder("pause"), coredns: folder("coredns") }, runtime, progress);
	const files = (await readdir(crds)).sort().map((name) => join(crds, name));
	return { bin, nodeRoot: join(root, "root"), snapshotCrds: files, ...images };
}

/** Names of the programs that are neither in the cache nor, fitting, on the PATH. */
async function notBuilt(): Promise<string[]> {
	// Without Go there are no keys, and nothing that could make what is missing.
	if (findOnPath("go") === undefined) return clusterTools.map(({ name }) => name);
	const missing = clusterTools.map(async (tool) => {
		const there = existsSync(await entryFolder(await goEntry(tool, silent)));
		return there || (tool.present && (await findFitting(tool.present))) ? [] : [tool.name];
	});
	return (await Promise.all(missing)).flat();
}

/** The machines' root file system is `root` in it. */
export function nodeRootEntry(progress: Progress): Entry {
	return {
		name: "node-root",
		title: `Debian ${suite} for the machines`,
		inputs: { suite, packages: nodePackages, recipe: "1" },
		make: (folder) => bootstrap(join(folder, "root"), nodePackages, progress),
	};
}

/** One after the other: two links of Kubernetes' size at once would need 4 GiB. */
async function goPart(progress: Progress): Promise<Map<string, string>> {
	const folders = new Map<string, string>();
	for (const tool of clusterTools) folders.set(tool.name, await ensureGoTool(tool, progress));
	return folders;
}

/** All programs in one folder, since a machine mounts one. */
function binEntry(folders: readonly string[]): Entry {
	return {
		name: "bin",
		title: "collect the programs",
		inputs: { folders: folders.map((folder) => basename(folder)) },
		make: async (target) => {
			for (const folder of folders) {
				for (const name of await readdir(folder)) await link(join(folder, name), join(target, name));
			}
		},
	};
}

const crdFiles = ["volumesnapshotclasses", "volumesnapshotcontents", "volumesnapshots"];

/** From the same module as the snapshot controller, so that both are of one version. */
export function crdsEntry(): Entry {
	const module = "github.com/kubernetes-csi/external-snapshotter/client/v8";
	return {
		name: "snapshot-crds",
		title: "snapshot definitions",
		inputs: { modules: { file: join(kube.module, "go.mod") }, crdFiles },
		make: async (folder) => {
			const source = join(await moduleFolder(kube.module, module), "config", "crd");
			for (const name of crdFiles)
				await copyFile(join(source, `snapshot.storage.k8s.io_${name}.yaml`), join(folder, `${name}.yaml`));
		},
	};
}
