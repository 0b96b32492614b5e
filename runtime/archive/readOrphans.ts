/** What failovers orphaned, as a store has it. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { ObjectStore } from "../store/objectStore.ts";
import { type Orphans, orphansKey, orphansPrefix, orphansSchema } from "./segment.ts";
import { SegmentError } from "./segmentError.ts";

/** @throws SegmentError when one cannot be read: without it a restore would apply what never happened */
export async function readOrphans(store: ObjectStore, cluster: string): Promise<Orphans[]> {
	const all: Orphans[] = [];
	for await (const { key } of store.list(orphansPrefix(cluster))) {
		const body = await store.get(key);
		if (body === null) throw new SegmentError(key, "missing", `${store.name} listed it and does not have it`);
		const orphans = parsed(key, body);
		if (orphans.cluster !== cluster) throw new SegmentError(key, "foreign", `it is of the cluster ${orphans.cluster}`);
		if (keyOf(orphans) !== key) throw new SegmentError(key, "swapped", `it is of term ${orphans.term}, or was changed`);
		all.push(orphans);
	}
	return all;
}

function parsed(key: string, body: Buffer): Orphans {
	try {
		return orphansSchema.parse(JSON.parse(body.toString("utf8")));
	} catch (error) {
		const why = error instanceof z.ZodError ? z.prettifyError(error) : "it is not JSON";
		throw new SegmentError(key, "corrupted", why.replace(/\s+/g, " "));
	}
}

/** The same orphans have the same key, whoever finds them. */
export function keyOf({ cluster, term, gtids }: Orphans): string {
	return orphansKey(cluster, term, createHash("sha256").update(gtids).digest("hex").slice(0, 12));
}
