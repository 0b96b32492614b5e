/** What a site and the building of its parts need of the machine, said all at once before anything is begun. */
import { UserError } from "../../objectives/error.ts";
import { requireMachine, siteWants } from "../site/requirements.ts";
import { hostPackages } from "./debian.ts";
import { findOnPath } from "./onPath.ts";

const gibibyte = 2 ** 30;

/** What a first build leaves behind: Go's caches of modules and packages, root file systems, images. */
const buildDisk = 20 * gibibyte;
/** What the largest link takes. */
const buildMemory = 4 * gibibyte;

/** Throws one UserError with everything that is missing; `folder` is where the cache lies or will lie. */
export async function requireForTools(folder: string, toBuild: readonly string[]): Promise<void> {
	const problems = toBuild.length > 0 ? goProblems(toBuild) : [];
	const wants = siteWants(folder);
	try {
		const disk = toBuild.length > 0 ? buildDisk : wants.disk;
		const memory = toBuild.length > 0 ? buildMemory : wants.memory;
		// What apt can bring is installed, not complained of.
		const commands = findOnPath("apt-get") ? wants.commands.filter((name) => !(name in hostPackages)) : wants.commands;
		await requireMachine({ ...wants, commands, disk, memory });
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		problems.push(...error.problems);
	}
	const [first, ...rest] = problems;
	if (first) throw UserError.of([first, ...rest]);
}

function goProblems(toBuild: readonly string[]): UserError[] {
	if (findOnPath("go") !== undefined) return [];
	return [
		new UserError({
			field: "go",
			value: undefined,
			wrong: `Go is not in the PATH and ${toBuild.join(", ")} are still to be built`,
			remedy: "install Go 1.26 or newer (https://go.dev/doc/install)",
		}),
	];
}
