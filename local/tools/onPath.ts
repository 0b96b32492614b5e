/** What the machine has already: commands on the PATH in a version that fits are used as they are. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.ts";

/** What must be there for a build of our own to be spared. */
export interface Presence {
	/** All of them, in the same fitting version. */
	readonly commands: readonly string[];
	/** What makes a command print its version. */
	readonly versionArgs: readonly string[];
	/** The oldest version that fits. */
	readonly minimum: string;
	/** The first version that does not fit any more. */
	readonly below?: string;
}

export interface Found {
	readonly name: string;
	readonly path: string;
	readonly version: string;
}

/** The first executable of that name on the PATH. */
export function findOnPath(name: string, path: string = process.env.PATH ?? ""): string | undefined {
	return path
		.split(delimiter)
		.filter((folder) => folder !== "")
		.map((folder) => join(folder, name))
		.find(executable);
}

/** The commands of `presence` on the PATH if every one of them fits, else nothing. */
export async function findFitting(presence: Presence): Promise<readonly Found[] | undefined> {
	const paths = presence.commands.map((name) => ({
		name,
		path: findOnPath(name),
	}));
	const found: Found[] = [];
	for (const { name, path } of paths) {
		if (path === undefined) return undefined;
		const version = await versionOf(path, presence.versionArgs);
		if (version === undefined || !fits(version, presence)) return undefined;
		found.push({ name, path, version });
	}
	return found;
}

/** Whether minimum <= version < below. */
export function fits(version: string, { minimum, below }: Pick<Presence, "minimum" | "below">): boolean {
	return compareVersions(version, minimum) >= 0 && (below === undefined || compareVersions(version, below) < 0);
}

/** Negative, zero or positive, by numbers: 1.9 is older than 1.10. */
export function compareVersions(a: string, b: string): number {
	const [left, right] = [numbers(a), numbers(b)];
	for (let i = 0; i < Math.max(left.length, right.length); i++) {
		const difference = (left[i] ?? 0) - (right[i] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}

/** The first thing in a program's output that looks like a version: "Kubernetes v1.36.4" gives "1.36.4". */
export function versionIn(text: string): string | undefined {
	return /(?<![\d.])v?(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];
}

function numbers(version: string): number[] {
	return version.split(".").map(Number);
}

async function versionOf(path: string, args: readonly string[]): Promise<string | undefined> {
	try {
		const { stdout, stderr } = await run(path, args);
		return versionIn(stdout) ?? versionIn(stderr);
	} catch {
		// Something else of the same name, or broken: as good as absent.
		return undefined;
	}
}

function executable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}
