/** How far a restored copy's being put in place is, as the record keeps it. */
import type { Operation } from "./operation.ts";
import type { ClusterRecord, Seed } from "./record.ts";

/** @throws Error when it is not under way any more */
export function seedOf({ seed: found }: ClusterRecord): Seed {
	if (found === undefined) throw new Error("no restored copy is being put in place");
	return found;
}

/** Saves what was done together with what came of it: whoever comes after goes on from there. */
export async function note(operation: Operation, what: string, change: (seed: Seed) => Seed): Promise<void> {
	const at = operation.now().toISOString();
	await operation.save((record) => {
		const before = seedOf(record);
		return { ...record, seed: { ...change(before), steps: [...before.steps, { at, step: what }] } };
	});
	operation.log(what);
}
