/** `npm test`: every kind of test there is, one after the other, with one true total at the end. */
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEngine } from "../engine/engine.ts";
import { checkout } from "../engine/stack.ts";
import { type Lent, lendMysqld } from "../images/lentMysqld.ts";
import { ensureRuntimeRoot } from "../images/runtimeRoot.ts";
import { elapsed, type StepProgress } from "../step.ts";
import { ensureGoTool } from "../tools/go.ts";
import { Interrupted, throwIfInterrupted } from "../tools/interruption.ts";
import { ensurePythonTool } from "../tools/python.ts";
import { fakeGcsServer, motoServer } from "../tools/recipes.ts";
import { run } from "../tools/run.ts";
import { ensureTools } from "../tools/tools.ts";
import { faultTests } from "./testFaults.ts";
import { siteTests } from "./testSite.ts";

/** How many tests of a phase passed and failed, and what the failures said. */
export interface Tally {
	readonly passed: number;
	readonly failed: number;
	/** What this machine cannot run: said, never counted as passed. */
	readonly skipped?: number;
	readonly faults: readonly string[];
}

interface Phase {
	readonly title: string;
	run(progress: StepProgress): Promise<Tally>;
}

const phases: readonly Phase[] = [
	{ title: "lint", run: () => check("biome", ["check", "."]) },
	{ title: "types", run: () => check("tsc", ["--noEmit"]) },
	{ title: "unit tests", run: unitTests },
	{ title: "Go tests", run: goTests },
	{ title: "faults on real mysqld", run: faultTests },
	{ title: "short run on a real site", run: siteTests },
];

/** Whether all passed. */
export async function runTests(progress: StepProgress): Promise<boolean> {
	const results: { title: string; tally: Tally; took: number }[] = [];
	for (const { title, run: work } of phases) {
		const began = performance.now();
		const tally = await progress.step(title, () => work(progress).catch(asFailure));
		results.push({ title, tally, took: performance.now() - began });
		for (const fault of tally.faults) process.stderr.write(`\n${title}: ${fault}\n`);
	}
	const sum = (of: "passed" | "failed" | "skipped"): number =>
		results.reduce((total, { tally }) => total + (tally[of] ?? 0), 0);
	const rows = results.map(
		({ title, tally, took }) =>
			`${title.padEnd(26)}${String(tally.passed).padStart(6)} passed ${String(tally.failed).padStart(4)} failed  ${elapsed(took).padStart(12)}`,
	);
	process.stdout.write(
		`\n${rows.join("\n")}\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`,
	);
	return sum("failed") === 0;
}

/** A phase that could not be run is a failure, never nothing. */
function asFailure(error: unknown): Tally {
	if (error instanceof Interrupted) throw error;
	throwIfInterrupted();
	return { passed: 0, failed: 1, faults: [error instanceof Error ? error.message : String(error)] };
}

async function check(command: string, args: readonly string[]): Promise<Tally> {
	const { code, stdout, stderr } = await run(join(checkout, "node_modules", ".bin", command), args, {
		cwd: checkout,
		accept: [0, 1, 2],
	});
	return code === 0
		? { passed: 1, failed: 0, faults: [] }
		: { passed: 0, failed: 1, faults: [`${stdout}${stderr}`.trim()] };
}

interface JestReport {
	readonly numPassedTests: number;
	readonly numFailedTests: number;
	readonly numPendingTests: number;
	/** Files that could not even be loaded: their tests are in no other number. */
	readonly numRuntimeErrorTestSuites: number;
	readonly testResults: readonly { readonly message: string }[];
}

async function unitTests(progress: StepProgress): Promise<Tally> {
	const folder = await mkdtemp(join(tmpdir(), "mysql-dr-test-"));
	const file = join(folder, "jest.json");
	try {
		const lent = await mysqldIn(folder, progress);
		await builtIfPossible("fake-gcs-server", () => ensureGoTool(fakeGcsServer, progress), progress);
		await builtIfPossible("moto", () => ensurePythonTool(motoServer, progress), progress);
		await builtIfPossible("Pulumi engine", () => ensureEngine(progress), progress);
		const jest = ["--experimental-vm-modules", "--no-warnings", join("node_modules", "jest", "bin", "jest.js")];
		const [command = "", ...args] = [
			...(lent?.prefix ?? []),
			process.execPath,
			...jest,
			"--json",
			"--outputFile",
			file,
		];
		await run(command, args, {
			cwd: checkout,
			env: lent === null ? {} : { MYSQL_DR_MYSQLD_PATH: lent.path },
			accept: [0, 1],
			onLine: (line) => {
				if (/^(PASS|FAIL) /.test(line)) progress.far(line);
			},
		});
		return jestTally(JSON.parse(await readFile(file, "utf8")));
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Null where this machine cannot have the runtime image: the tests that need its mysqld are then skipped, and counted so. */
async function mysqldIn(folder: string, progress: StepProgress): Promise<Lent | null> {
	try {
		const root = await ensureRuntimeRoot(await ensureTools(progress), progress);
		// mysqld refuses to run as root: the account that it gets must find its way in.
		await chmod(folder, 0o755);
		return await lendMysqld(root, folder);
	} catch (error) {
		throwIfInterrupted();
		progress.note(`no mysqld for the unit tests: ${error instanceof Error ? error.message : error}`);
		return null;
	}
}

/** What tests look for where it is built, and are skipped, and counted so, without. */
async function builtIfPossible(what: string, build: () => Promise<unknown>, progress: StepProgress): Promise<void> {
	try {
		await build();
	} catch (error) {
		throwIfInterrupted();
		progress.note(`no ${what} for the unit tests: ${error instanceof Error ? error.message : error}`);
	}
}

export function jestTally(report: JestReport): Tally {
	return {
		passed: report.numPassedTests,
		failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
		skipped: report.numPendingTests,
		faults: report.testResults.map(({ message }) => message).filter((message) => message !== ""),
	};
}

async function goTests(): Promise<Tally> {
	const { code, stdout, stderr } = await run("go", ["test", "-trimpath", "-buildvcs=false", "-json", "./driver/..."], {
		cwd: join(checkout, "local", "go"),
		env: { CGO_ENABLED: "0" },
		accept: [0, 1, 2],
	});
	const tally = goTally(stdout);
	if (code === 0) return tally;
	return tally.failed > 0 ? tally : { ...tally, failed: 1, faults: [stderr.trim() || stdout.trim()] };
}

interface GoEvent {
	readonly Action: string;
	readonly Test?: string;
	readonly Package?: string;
	readonly Output?: string;
}

/** Counts tests and subtests, not packages. */
export function goTally(lines: string): Tally {
	const events: GoEvent[] = lines.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
	const ended = (action: string): GoEvent[] => events.filter(({ Action, Test }) => Action === action && Test);
	const faults = ended("fail").map(({ Test }) =>
		lastLines(events.flatMap((event) => (event.Test === Test ? [event.Output ?? ""] : [])).join("")),
	);
	return { passed: ended("pass").length, failed: faults.length, faults };
}

/** What is needed of a long log; the command itself shows all of it. */
function lastLines(text: string): string {
	return text.split("\n").slice(-60).join("\n");
}
