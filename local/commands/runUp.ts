/** `npm run up` and `npm run down`: from nothing to a protected database on this machine, and back, keeping the data. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { confirm } from "../confirm.ts";
import { readStackFile, type StackFile } from "../engine/configFile.ts";
import { ensureEngine } from "../engine/engine.ts";
import { checkout, type Stack, type StackPlace, stackPlace, withStack } from "../engine/stack.ts";
import { type SiteDescription, siteDown, siteUp } from "../site/site.ts";
import type { Progress } from "../step.ts";
import { CommandError, run } from "../tools/run.ts";
import { ensureTools, type Tools } from "../tools/tools.ts";
import { writeStoreKeys } from "./storeKeys.ts";

export interface RunTarget {
	/** The stack, "dev" or "test". */
	readonly stack: string;
	/** Name of the local site. Default: the configuration's. */
	readonly site?: string;
}

/** Tools, site, declaration, protection. `args` go to `pulumi up`. */
export async function runUp(target: RunTarget, args: readonly string[], progress: Progress): Promise<void> {
	const file = await readStackFile(checkout, stackPlace(target.stack, undefined).file);
	const place = placeOf(target, file);
	// All that is to be compiled comes before the site: it would take the processors from under it.
	const tools = place.site === undefined ? undefined : await progress.step("tools", () => ensureTools(progress));
	const engine = await progress.step("Pulumi engine", () => ensureEngine(progress));
	const site =
		place.site === undefined || tools === undefined ? null : await bringSiteUp(place.site, file, tools, progress);
	await progress.step("pulumi up", () => withStack(place, engine, progress, (stack) => declare(stack, args, progress)));
	// Configured stores have Secrets of their owner's.
	if (site !== null && file.config.stores.length === 0) {
		const namespaces = file.config.databases.map(({ namespace }) => namespace);
		await progress.step("keys of the site's stores", () => writeStoreKeys(site, namespaces));
	}
	for (const { name, namespace } of file.config.databases) {
		const access = ["-n", namespace, ...file.access];
		await progress.step(`${name} protected`, () => untilStatus(place, ["--wait-protected", ...access], progress));
		// The watchdog makes one instance after the other anew; without a change nothing is to be waited for.
		const updated = ["--wait-updated", "--timeout", "15m", ...access];
		await progress.step(`${name} updated`, () => untilStatus(place, updated, progress));
	}
}

export function placeOf({ stack, site }: RunTarget, file: StackFile): StackPlace {
	return stackPlace(stack, file.local ? (site ?? file.config.site.name) : undefined);
}

async function bringSiteUp(
	name: string,
	{ config }: StackFile,
	tools: Tools,
	progress: Progress,
): Promise<SiteDescription> {
	const { region, zones } = config.site;
	const storeRegions = config.stores.map((store) => store.region);
	const options = { region, zones, ...(storeRegions.length > 0 ? { storeRegions } : {}) };
	return progress.step(`site ${name}`, () => siteUp(name, options, tools, progress));
}

const anyCode = Array.from({ length: 256 }, (_, code) => code);

async function declare(stack: Stack, args: readonly string[], progress: Progress): Promise<void> {
	const { code, stdout, stderr } = await stack.pulumi(upCommand(args), {
		onLine: (line) => progress.far(line.trim()),
		accept: anyCode,
	});
	if (code !== 0) throw new CommandError("pulumi up", code, whyNot(stdout, stderr));
	for (const line of worthReading(stdout)) progress.note(line);
}

/**
 * With the policies: what a preview could not know is judged here, and a promise that was weakened without a word would else
 * be what the next update is compared with. Levels and thresholds by `--policy-pack-config <file>` among the arguments.
 */
export function upCommand(args: readonly string[]): string[] {
	const quiet = ["--yes", "--non-interactive", "--suppress-outputs", "--color", "never"];
	return ["up", ...quiet, "--policy-pack", join(checkout, "policies"), ...args];
}

/** Of policies that refused what they said, in place of the last lines, which are resources. */
export function whyNot(stdout: string, stderr: string): string[] {
	const lines = [...stdout.split("\n"), ...stderr.split("\n")].filter((line) => line.trim() !== "");
	const from = lines.findLastIndex((line) => /^Policies:/.test(line));
	if (from < 0) return lines;
	const after = lines.slice(from);
	const end = after.findIndex((line, n) => n > 0 && /^\S/.test(line));
	const said = end < 0 ? after : after.slice(0, end);
	return said.some((line) => line.includes("[mandatory]")) ? said : lines;
}

/** What the update itself said besides listing the resources. */
export function worthReading(output: string): string[] {
	const lines = output
		.slice(Math.max(0, output.lastIndexOf("\nUpdating")))
		.split("\n")
		.filter((line) => line.trim() !== "");
	const heading = lines.some((line) => /^\s+(warning|error|info):/.test(line))
		? /^(Diagnostics|Policies|Resources):/
		: /^Resources:/;
	const first = lines.findIndex((line) => heading.test(line));
	return first < 0 ? [] : lines.slice(first);
}

async function untilStatus({ site }: StackPlace, args: readonly string[], progress: Progress): Promise<void> {
	await run(process.execPath, [join(checkout, "bin", "mysql-dr.js"), "status", ...args], {
		cwd: checkout,
		env: { MYSQL_DR_SITE: site },
		onLine: (line) => progress.far(line.trim()),
	});
}

export interface DownOptions {
	/** Deletes the site's data and the stack's state too. */
	readonly wipe: boolean;
	/** Not asked. */
	readonly yes: boolean;
}

/** Stops the site. Its data and the stack's state stay, and `up` brings the same database back, unless they are to be wiped. */
export async function runDown(target: RunTarget, { wipe, yes }: DownOptions, progress: Progress): Promise<void> {
	const file = await readStackFile(checkout, stackPlace(target.stack, undefined).file);
	const place = placeOf(target, file);
	const { site } = place;
	if (site === undefined) {
		progress.note(
			"the stack is on a cluster of your own: `pulumi destroy` takes it off there; there is no site to stop",
		);
		return;
	}
	if (wipe && !yes) await confirmWipe(`Delete all data of site ${site} and of stack ${place.stack}?`);
	await progress.step(`site ${site} down`, () => siteDown(site, { wipe }, progress));
	if (wipe) await progress.step("state of the stack deleted", () => wipeStack(place, progress));
}

/** With the cluster gone there is nothing to destroy: only what is remembered of it. */
async function wipeStack(place: StackPlace, progress: Progress): Promise<void> {
	if (place.folder !== undefined) return rm(place.folder, { recursive: true, force: true });
	await withStack(place, await ensureEngine(progress), progress, (stack) =>
		stack.pulumi(["stack", "rm", place.stack, "--force", "--yes", "--preserve-config"]),
	);
}

/** Returns when the user agreed. */
export async function confirmWipe(question: string): Promise<void> {
	const refused = new UserError({
		field: "--wipe",
		value: undefined,
		wrong: "deletes data and was not confirmed",
		remedy: "answer yes, or add --yes",
	});
	await confirm(question, refused);
}
