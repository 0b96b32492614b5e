/** The part of `npm test` that is real: a site of its own, a protected database on it, one drill, and nothing left afterwards. */
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readStackFile } from "../engine/configFile.ts";
import { ensureEngine } from "../engine/engine.ts";
import { checkout, withStack } from "../engine/stack.ts";
import { siteFile, siteStatus } from "../site/site.ts";
import type { StepProgress } from "../step.ts";
import { throwIfInterrupted } from "../tools/interruption.ts";
import { run } from "../tools/run.ts";
import { placeOf, type RunTarget, runDown, runUp } from "./runUp.ts";
import type { Tally } from "./test.ts";

const target: RunTarget = { stack: "test", site: "test" };

interface Check {
	readonly title: string;
	/** Throws where the title does not hold. */
	run(progress: StepProgress): Promise<void>;
}

/** Each needs those before it. */
const checks: readonly Check[] = [
	{ title: "up ends with a protected database", run: (progress) => runUp(target, [], progress) },
	{ title: "a second up would change nothing", run: nothingToChange },
	{ title: "the pod drill keeps its promise and loses nothing", run: podDrill },
];

const leavesNothing: Check = { title: "down leaves nothing behind", run: wiped };

export async function siteTests(progress: StepProgress): Promise<Tally> {
	const failures: string[] = [];
	let passed = 0;
	const attempt = async (check: Check): Promise<boolean> => {
		try {
			await progress.step(check.title, () => check.run(progress));
			passed += 1;
			return true;
		} catch (error) {
			failures.push(`${check.title}: ${error instanceof Error ? error.message : String(error)}`);
			return false;
		}
	};
	// A site that an earlier, killed run left.
	await cleanUp(progress);
	try {
		for (const check of checks) if (!(await attempt(check))) break;
	} finally {
		if (failures.length > 0) await describeCluster(progress);
		await attempt(leavesNothing);
	}
	throwIfInterrupted();
	const total = checks.length + 1;
	// What could not be reached after a failure did not pass either.
	return { passed, failed: total - passed, faults: failures };
}

async function nothingToChange(progress: StepProgress): Promise<void> {
	const place = placeOf(target, await readStackFile(checkout, "dev"));
	const options = ["--expect-no-changes", "--non-interactive", "--suppress-outputs", "--color", "never"];
	await withStack(place, await ensureEngine(progress), progress, ({ pulumi }) => pulumi(["preview", ...options]));
}

interface DrillReport {
	readonly verdict: string;
	readonly lost: number;
	readonly measured: { readonly rtoSeconds: number };
}

async function podDrill(progress: StepProgress): Promise<void> {
	const { stdout } = await run(process.execPath, [join(checkout, "bin", "mysql-dr.js"), "drill", "pod", "--json"], {
		cwd: checkout,
		env: { MYSQL_DR_SITE: target.site },
		onLine: (line) => progress.far(line.trim().slice(0, 100)),
		accept: [0, 3],
	});
	const { verdict, lost, measured }: DrillReport = JSON.parse(stdout);
	progress.note(`verdict ${verdict}, ${lost} acknowledged transactions lost, writes down for ${measured.rtoSeconds} s`);
	if (verdict !== "held" || lost !== 0) throw new Error(`the drill ended with verdict ${verdict} and ${lost} lost`);
}

async function wiped(progress: StepProgress): Promise<void> {
	const name = target.site ?? "";
	const { slot } = await siteStatus(name);
	await runDown(target, { wipe: true, yes: true }, progress);
	const { state } = await siteStatus(name);
	const left = [...(await mountsBelow(siteFile(name))), ...(slot === null ? [] : await namesOfSlot(slot))];
	if (state !== "down" || left.length > 0) throw new Error(`the site is ${state}; left behind:\n${left.join("\n")}`);
}

async function mountsBelow(file: string): Promise<string[]> {
	const { stdout } = await run("findmnt", ["--noheadings", "--raw", "--output", "TARGET"]);
	return stdout.split("\n").filter((line) => line.startsWith(`${dirname(file)}/`));
}

/** Interfaces and network namespaces; those of other sites have another number. */
async function namesOfSlot(slot: number): Promise<string[]> {
	const { stdout: links } = await run("ip", ["-oneline", "link", "show"]);
	const { stdout: namespaces } = await run("ip", ["netns", "list"]);
	return `${links}\n${namespaces}`.split("\n").filter((line) => new RegExp(`\\bmdr${slot}(-|@|:|\\b)`).test(line));
}

async function cleanUp(progress: StepProgress): Promise<void> {
	await runDown(target, { wipe: true, yes: true }, progress);
	await rm(join(checkout, ".state", "pulumi-test"), { recursive: true, force: true });
}

/** What is to be known of a failure, since the site is about to go. */
async function describeCluster(progress: StepProgress): Promise<void> {
	const file = siteFile(target.site ?? "");
	const script = `k=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).kubeconfig' "$1") && export KUBECONFIG="$k" && kubectl get pods --all-namespaces -o wide && kubectl get events --all-namespaces --sort-by=.lastTimestamp | tail -40`;
	try {
		const { stdout } = await run("sh", ["-c", script, "sh", file]);
		progress.note(stdout);
	} catch (error) {
		progress.note(`the cluster says nothing more: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
	}
}
