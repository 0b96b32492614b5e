/** The cluster record: the one truth about who is primary, in which term, and since when. */
import { z } from "zod";

const step = z.object({
	at: z.iso.datetime(),
	step: z.string(),
	/** What it was for, by a word that does not change. */
	phase: z.string().optional(),
});

/** What was done when the primary changed, kept as evidence of the last change. */
export const changeSchema = z.object({
	kind: z.enum(["bootstrap", "failover", "switchover"]),
	term: z.number().int(),
	from: z.string().nullable(),
	to: z.string(),
	reason: z.string(),
	startedAt: z.iso.datetime(),
	finishedAt: z.iso.datetime().nullable(),
	steps: z.array(step),
	/** What each instance held when its acknowledgements had been revoked. */
	gtidBefore: z.record(z.string(), z.string()),
	gtidAfter: z.string(),
	/** The watchdog that began it. */
	leader: z.string().optional(),
	/** When the old primary was last seen to accept writes. */
	lastOpenAt: z.iso.datetime().optional(),
});

export const answerSchema = z.object({
	id: z.string(),
	state: z.enum(["done", "refused", "failed"]),
	message: z.string(),
	at: z.iso.datetime(),
});

export const recordSchema = z.object({
	version: z.literal(1),
	cluster: z.string(),
	/** Never false: an absent record means a cluster that was never initialised. */
	initialised: z.literal(true),
	/** Rises by one with every change of the primary. */
	term: z.number().int().min(1),
	primary: z.string(),
	/**
	 * Rises whenever a leader makes the record its own (when it begins to lead, after a save of its own without an answer,
	 * before it opens the recorded primary again): whatever an earlier save has still under way then loses its compare and
	 * swap. Records of older versions have none.
	 */
	epoch: z.number().int().min(0).default(0),
	since: z.iso.datetime(),
	/**
	 * The server UUID of each instance that has once held everything the primary held. An instance
	 * that comes with another UUID lost its data directory: it counts for nothing until it caught up.
	 */
	uuids: z.record(z.string(), z.string()),
	/**
	 * What the primary had executed when its term began. What an instance holds beyond this and
	 * beyond the primary's own transactions was never part of the history: it is errant.
	 */
	gtidAtPromotion: z.string(),
	/** Whether the declared databases (schemas) were made. */
	schemasReady: z.boolean(),
	lastChange: changeSchema.optional(),
	request: answerSchema.optional(),
});

const asked = { id: z.string(), at: z.iso.datetime() };

/** What an operator asks of the watchdog. */
export const requestSchema = z.discriminatedUnion("kind", [
	z.object({ ...asked, kind: z.literal("switchover"), to: z.string().optional() }),
	/** Only where the watchdog refuses to fail over: acknowledged writes may be lost. */
	z.object({ ...asked, kind: z.literal("promote"), to: z.string(), acceptLoss: z.literal(true) }),
]);

export type ClusterRecord = z.infer<typeof recordSchema>;
export type Change = z.infer<typeof changeSchema>;
export type Request = z.infer<typeof requestSchema>;
export type Answer = z.infer<typeof answerSchema>;

/** @throws Error naming the field: an unreadable record stops the watchdog from acting. */
export function parseRecord(text: string): ClusterRecord {
	const parsed = recordSchema.safeParse(JSON.parse(text));
	if (parsed.success) return parsed.data;
	throw new Error(`the cluster record is unreadable: ${z.prettifyError(parsed.error)}`);
}

export const formatRecord = (record: ClusterRecord): string => JSON.stringify(record);
