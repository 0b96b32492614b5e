/** Asks the watchdog to put a restored copy in place of a database's data, and follows what it does. */
import { FailedError, Refusal } from "../exit.ts";
import type { ClusterRecord, Donor, Seed } from "../failover/record.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { until } from "../kubernetes/until.ts";
import { seconds } from "../terminal/seconds.ts";
import { answerLimitMs, readRecord, writeRequest } from "./askWatchdog.ts";
import type { Context } from "./context.ts";

export interface SeedWish {
	/** Serves the restored copy, read-only, until this is over; the watchdog and the instances reach it. */
	readonly donor: Donor;
	/** All that the copy holds, as a GTID set. */
	readonly gtids: string;
	/** `new` is refused where there are tables already, `lost` where any instance has data. */
	readonly replaces: "in-place" | "new" | "lost";
	/** The last term that the archive knows of, where it may know of more than this cluster. Default: 0. */
	readonly beyondTerm?: number;
}

export interface Seeded {
	readonly primary: string;
	readonly term: number;
	/** What was written and is not in the copy: where it is kept. */
	readonly safe: string;
	/** From the first step to the last. */
	readonly seconds: number;
	readonly timeline: readonly { readonly atSeconds: number; readonly step: string }[];
}

const periodMs = 500;

/**
 * Resolves when the copy is open and a replica acknowledges; the third instance is made anew after that. Each step is
 * told to the terminal. Interrupted, it goes on without us: see `mysql-dr status`.
 *
 * @throws Refusal when the watchdog refuses (nothing was changed), FailedError when it undid what it had begun, or does
 * not begin
 */
export async function seedRequest(access: ClusterAccess, wish: SeedWish, context: Context): Promise<Seeded> {
	const { id } = await writeRequest(access, { kind: "seed", beyondTerm: 0, ...wish });
	await begun(access, id, context);
	const told = new Set<string>();
	const patience = { timeoutMs: Number.POSITIVE_INFINITY, periodMs, signal: context.signal };
	const over = await until(patience, async () => {
		const record = await readRecord(access);
		const seed = record?.seed;
		if (seed?.id !== id) throw new FailedError("something else was put in place of the data: see mysql-dr status");
		tell(seed, told, context);
		return seed.state === "done" || seed.state === "undone" ? record : null;
	});
	return result(over);
}

async function begun(access: ClusterAccess, id: string, { signal, terminal }: Context): Promise<void> {
	const patience = { timeoutMs: answerLimitMs, periodMs, signal };
	const answered = await until(patience, async () => {
		const record = await readRecord(access);
		if (record?.request?.id === id)
			throw new Refusal(record.request.message, "nothing was changed: see mysql-dr status");
		terminal.live(`waiting for the watchdog (request ${id})`);
		return record?.seed?.id === id ? record : null;
	});
	if (answered !== null) return;
	throw new FailedError(
		`the watchdog did not begin within ${seconds(answerLimitMs / 1000)}; it still may: see mysql-dr status`,
	);
}

function tell({ steps }: Seed, told: Set<string>, { terminal }: Context): void {
	for (const { at, step } of steps) {
		if (told.has(`${at} ${step}`)) continue;
		told.add(`${at} ${step}`);
		terminal.note(step);
	}
}

function result(record: ClusterRecord | null): Seeded {
	const seed = record?.seed;
	if (seed === undefined) throw new FailedError("the cluster record is gone");
	if (seed.state === "undone") throw new FailedError(`undone: ${seed.message}; the data are what they were before`);
	const began = Date.parse(seed.startedAt);
	const atSeconds = (at: string) => (Date.parse(at) - began) / 1000;
	const own = seed.steps.map(({ at, step }) => ({ atSeconds: atSeconds(at), step }));
	const opening = record?.lastChange?.kind === "seed" ? record.lastChange.steps : [];
	const timeline = [...own, ...opening.map(({ at, step }) => ({ atSeconds: atSeconds(at), step }))];
	return {
		primary: record?.primary ?? "",
		term: record?.term ?? 0,
		safe: seed.safe ?? "",
		seconds: own.at(-1)?.atSeconds ?? 0,
		timeline: timeline.sort((a, b) => a.atSeconds - b.atSeconds),
	};
}
