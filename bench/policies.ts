/** What the policy pack adds to a preview, in pairs with and without it; and how long its cases take through the engine. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile } from "../local/engine/configFile.ts";
import { withDescribedSite } from "../local/engine/describedSite.ts";
import { ensureEngine } from "../local/engine/engine.ts";
import { checkout, type Stack, withStack } from "../local/engine/stack.ts";
import { silent } from "../local/step.ts";
import { run } from "../local/tools/run.ts";
import { rounded, Stopwatch, type Timed, timedLines } from "./stopwatch.ts";

export interface PoliciesOptions {
	/** Previews with the pack, and as many without. */
	readonly pairs: number;
	/** Whether the engine's cases are timed too: some minutes. */
	readonly cases: boolean;
	readonly note: (text: string) => void;
}

export interface PoliciesBench {
	/** Medians of a preview of the stack dev, in seconds. */
	readonly preview: { readonly without: number; readonly with: number };
	/** The median of what each pair differs by, in seconds, and of with by without. */
	readonly added: number;
	readonly ratio: number;
	/** Seconds without and with the pack, in the order in which they were measured. */
	readonly pairs: readonly (readonly [number, number])[];
	/** Seconds of each file of cases through the engine, and of all. */
	readonly cases: Readonly<Record<string, number>>;
	readonly results: readonly Timed[];
}

/** Of test/policies: each opens the engine. */
const files = ["engine", "prodSettings", "ownStacks", "writtenPlan", "remediation", "deployed"] as const;

export async function benchPolicies({ pairs, cases, note }: PoliciesOptions): Promise<PoliciesBench> {
	const watch = new Stopwatch(note);
	const measured = await withDev(async (stack) => {
		const preview = async (judged: boolean) =>
			(await watch.time(`preview ${judged ? "with the pack" : "alone"}`, () => previewed(stack, judged))).seconds;
		// Node.js compiles the SDKs once, and the engine reads its plugins: that is no part of either.
		for (const judged of [false, true]) await previewed(stack, judged);
		const all: [number, number][] = [];
		for (let pair = 0; pair < pairs; pair++) {
			const first = pair % 2 === 0;
			const one = await preview(!first);
			const other = await preview(first);
			all.push(first ? [one, other] : [other, one]);
		}
		return all;
	});
	const timed: Record<string, number> = {};
	for (const name of cases ? files : [])
		timed[name] = rounded((await watch.time(`cases: ${name}`, () => played(name))).seconds);
	if (cases) timed.all = rounded(Object.values(timed).reduce((sum, one) => sum + one, 0));
	return {
		preview: { without: median(measured.map(([one]) => one)), with: median(measured.map(([, other]) => other)) },
		added: median(measured.map(([one, other]) => other - one)),
		ratio: median(measured.map(([one, other]) => other / one)),
		pairs: measured.map(([one, other]) => [rounded(one), rounded(other)]),
		cases: timed,
		results: watch.results,
	};
}

/** The stack dev on a site that is described: a preview asks no cluster. */
async function withDev<T>(work: (stack: Stack) => Promise<T>): Promise<T> {
	const engine = await ensureEngine(silent);
	const { config } = await readStackFile(checkout, "dev");
	const folder = await mkdtemp(join(tmpdir(), "bench-policies-"));
	try {
		return await withDescribedSite(checkout, config.site, (site) =>
			withStack({ stack: "dev", file: "dev", site, folder }, engine, silent, work),
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function previewed(stack: Stack, judged: boolean): Promise<void> {
	const pack = judged ? ["--policy-pack", join(checkout, "policies")] : [];
	await stack.pulumi(["preview", "--json", "--non-interactive", ...pack]);
}

async function played(name: string): Promise<void> {
	const jest = join("node_modules", "jest", "bin", "jest.js");
	const file = join("test", "policies", `${name}.test.ts`);
	await run(process.execPath, ["--experimental-vm-modules", "--no-warnings", jest, "-i", "--silent", file], {
		cwd: checkout,
	});
}

function median(values: readonly number[]): number {
	const sorted = values.toSorted((one, other) => one - other);
	const middle = Math.floor(sorted.length / 2);
	const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? 0, sorted[middle] ?? 0];
	return rounded((low + high) / 2);
}

export function policiesLines({ results, preview, added, ratio, cases }: PoliciesBench): string[] {
	return [
		...timedLines(results),
		`a preview alone ${preview.without} s, with the pack ${preview.with} s: ${added} s more, ${ratio} times as long`,
		...(cases.all === undefined ? [] : [`all cases through the engine: ${cases.all} s`]),
	];
}
