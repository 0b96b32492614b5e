/** What the last check of a store's archive found that could not be mended: the care of backups writes it, the archiver tells it. */
import { z } from "zod";
import { type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";

/** Not beside the segments: what lies there may be replicated, and each store has a note of its own. */
export const chainNoteKey = (cluster: string): string => `checked/${cluster}/archive.json`;

const schema = z.object({
	version: z.literal(1),
	cluster: z.string(),
	at: z.iso.datetime(),
	faults: z.array(
		z.object({
			number: z.number().int(),
			reason: z.string(),
			/** What a backup must hold so that no restore has to cross it, as the segment of that term behind it says; null where there is none. */
			past: z.object({ term: z.number().int(), gtids: z.string() }).nullable(),
		}),
	),
});

export type ChainNote = z.infer<typeof schema>;
export type NotedFault = ChainNote["faults"][number];

/** Replaced by each check, and so never locked. */
export async function writeChainNote(store: ObjectStore, note: ChainNote): Promise<void> {
	await store.put(chainNoteKey(note.cluster), Buffer.from(`${JSON.stringify(note)}\n`), "replace");
}

/** @returns null before the first check; what cannot be read says nothing, and the next check replaces it */
export async function readChainNote(store: ObjectStore, cluster: string): Promise<ChainNote | null> {
	const body = await store.get(chainNoteKey(cluster));
	if (body === null) return null;
	try {
		const note = schema.parse(JSON.parse(body.toString("utf8")));
		return note.cluster === cluster ? note : null;
	} catch {
		return null;
	}
}

export const pastOf = ({ past }: NotedFault): { readonly term: number; readonly missing: GtidSet } | null =>
	past === null ? null : { term: past.term, missing: parseGtidSet(past.gtids) };
