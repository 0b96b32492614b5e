/** One run of one row: load, fault, end of the fault, proof. */
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "./bench/bench.ts";
import type { Row } from "./rows/row.ts";
import { Stage } from "./stage.ts";
import { type Acknowledged, downtime, outOfTerm, reigns } from "./workload/acknowledged.ts";
import { Ledger } from "./workload/ledger.ts";
import { Sampler } from "./workload/sampler.ts";

export interface Run {
	readonly acknowledged: number;
	readonly lost: number;
	/** Seconds without an acknowledged write; null where the row is not about that, or none came again. */
	readonly downtime: number | null;
	/** Seconds that the run took. */
	readonly took: number;
	/** Seconds of it, by what they went into. */
	readonly spent: Readonly<Record<string, number>>;
	/** What broke; empty when all held. */
	readonly reasons: readonly string[];
}

const evidence = join(import.meta.dirname, "..", "..", ".state", "faults");

export async function play(bench: Bench, row: Row, round: number): Promise<Run> {
	const began = performance.now();
	const sampler = new Sampler(bench);
	const reasons: string[] = [];
	const spent: Record<string, number> = {};
	const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
		const since = performance.now();
		return work().finally(() => {
			spent[what] = seconds(performance.now() - since);
		});
	};
	const attempt = async (what: string, work: () => Promise<void>) => {
		if (reasons.length > 0) return;
		await timed(what, work).catch((error: Error) => void reasons.push(`${what}: ${error.message}`));
	};
	let ledger: Ledger | null = null;
	let stage: Stage | null = null;
	await attempt("before the fault", async () => {
		if (row.fresh || row.holdOff !== bench.holdOff) await bench.anew(row.holdOff);
		await bench.protected();
		ledger = await Ledger.open(bench, row.asking);
		stage = await Stage.set(bench, ledger, round);
		await sampler.begin();
	});
	await attempt("under the fault", async () => row.run(stage as unknown as Stage));
	const healed = await bench.heal().then(
		() => "",
		(error: Error) => error.message,
	);
	if (healed !== "") reasons.push(`ending the fault: ${healed}`);
	await attempt("after the fault", async () => {
		await bench.protected();
		await ledger?.more(20);
	});
	const proof = await timed("proof", () => prove(bench, ledger, sampler));
	reasons.push(...proof.reasons);
	const faultAt = (stage as Stage | null)?.faultAt ?? null;
	const down = faultAt === null ? null : downtime(proof.entries, faultAt);
	if (row.budget !== null && reasons.length === 0 && (down === null || down > row.budget)) {
		reasons.push(`writes were down for ${down} s, more than ${row.budget.toFixed(1)} s`);
	}
	if (reasons.length > 0) await keepEvidence(bench, row);
	const took = seconds(performance.now() - began);
	return { acknowledged: proof.entries.length, lost: proof.lost, downtime: down, took, spent, reasons };
}

const seconds = (ms: number): number => Math.round(ms) / 1000;

async function prove(bench: Bench, ledger: Ledger | null, sampler: Sampler) {
	await ledger?.close();
	const reasons = [...(await sampler.end())];
	const entries: Acknowledged[] = (await ledger?.entries()) ?? [];
	reasons.push(...outOfTerm(reigns(entries), sampler.primaries));
	const primary = sampler.primaries.at(-1);
	const missing = await Promise.all(
		bench.instances.map(async ({ name }) => ({ name, count: (await ledger?.missingOn(name, entries)) ?? 0 })),
	);
	for (const { name, count } of missing) {
		if (count > 0) reasons.push(`${name} lacks ${count} acknowledged writes`);
	}
	for (const { name } of bench.instances) {
		const shown = (await ledger?.givenUpOn(name)) ?? 0;
		if (shown > 0) reasons.push(`${name} shows ${shown} writes that were given up`);
	}
	// A replica may be rebuilt; what the primary lacks is gone.
	const lost = missing.find(({ name }) => name === primary)?.count ?? 0;
	return { entries, reasons, lost };
}

/** The logs of a run that broke outlive the bench. */
async function keepEvidence(bench: Bench, { row }: Row): Promise<void> {
	const folder = join(evidence, `row-${row}-${new Date().toISOString().replaceAll(":", "")}`);
	await mkdir(folder, { recursive: true });
	await cp(join(bench.folder, "log"), folder, { recursive: true });
}
