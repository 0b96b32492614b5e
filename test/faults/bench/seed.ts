/** Asks for a restored copy to be put in place, as `mysql-dr restore --into in-place` does, and waits for what comes of it. */
import { until } from "../../../local/site/waiting.ts";
import type { Request, Seed } from "../../../runtime/failover/record.ts";
import type { Bench } from "./bench.ts";
import type { RestoredCopy } from "./donor.ts";
import { writeRequest } from "./switchover.ts";

/** Seconds until all is done or undone, with two copies to be made and a leader to be lost. */
const patience = 180;

type Replaces = Extract<Request, { kind: "seed" }>["replaces"];

/** @returns the request's id */
export async function askForSeed(
	bench: Bench,
	{ donor, gtids }: RestoredCopy,
	replaces: Replaces = "in-place",
): Promise<string> {
	const id = crypto.randomUUID();
	const at = new Date().toISOString();
	await writeRequest(bench, { id, kind: "seed", at, donor, gtids, replaces, beyondTerm: 0 });
	return id;
}

/** Until it is done, or all is as it was. @throws Error when it is refused */
export async function settled(bench: Bench, id: string): Promise<Seed> {
	const answered = await until("the restored copy is in place, or all is as it was", patience, async () => {
		const record = await bench.record();
		const over = record?.seed?.id === id && (record.seed.state === "done" || record.seed.state === "undone");
		return (over || record?.request?.id === id) && record;
	});
	if (answered.seed?.id === id) return answered.seed;
	throw new Error(`refused: ${answered.request?.message}`);
}
