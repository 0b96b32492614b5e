/** What a restored copy begins as: a backup out of the stores, or the snapshot that its volume was made from. Pure. */
import { z } from "zod";
import type { BackupEntry } from "../backup/entry.ts";
import { formatGtidSet } from "../mysql/gtidSet.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";

export interface BackupCopy {
	readonly store: string;
	readonly snapshot: string;
}

export interface Base extends Pick<BackupEntry, "id" | "finishedAt" | "term" | "gtidExecuted" | "bytes"> {
	readonly kind: "backup" | "snapshot";
	/** Where a backup lies; the first is tried first. A snapshot is there already. */
	readonly copies: readonly BackupCopy[];
}

/** For messages: `backup 20261125T020000Z-full-1a2b3c4d`. */
export const called = ({ kind, id }: Pick<Base, "kind" | "id">): string => `${kind} ${id}`;

/** What the operator's desk tells a restore's job of the snapshot that its volume was made from. */
const snapshotSchema = z.object({
	name: z.string().min(1),
	takenAt: z.iso.datetime(),
	term: z.number().int(),
	gtidExecuted: z.string(),
	bytes: z.number().int().nonnegative(),
	/** It was named: where it does not lead to the target, no backup does in its place. */
	alone: z.boolean(),
});

export type GivenSnapshot = z.infer<typeof snapshotSchema>;

/** As {@link givenSnapshot} reads it. */
export function snapshotWords(snapshot: Snapshot, alone: boolean): string {
	const { name, takenAt, term, gtidExecuted, bytes } = snapshot;
	const given: GivenSnapshot = {
		...{ name, term, bytes, alone },
		takenAt: takenAt ?? "",
		gtidExecuted: formatGtidSet(gtidExecuted),
	};
	return JSON.stringify(given);
}

export const givenSnapshot = (text: string): GivenSnapshot => snapshotSchema.parse(JSON.parse(text));

/** Kubernetes writes whole seconds: what was committed within the one that it says may be in it. */
const clockStepMs = 1000;

/** Nothing that was committed later is in it, as far as clocks tell. Milliseconds since 1970. */
export const takenBefore = (takenAt: string): number => Date.parse(takenAt) + clockStepMs;

export function snapshotBase({ name, takenAt, term, gtidExecuted, bytes }: GivenSnapshot): Base {
	const finishedAt = new Date(takenBefore(takenAt)).toISOString();
	return { kind: "snapshot", id: name, finishedAt, term, gtidExecuted, bytes, copies: [] };
}
