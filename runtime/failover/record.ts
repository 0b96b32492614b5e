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
	kind: z.enum(["bootstrap", "failover", "switchover", "seed"]),
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

/** A server with a restored copy of the data, read-only, that instances can be cloned from. */
export const donorSchema = z.object({
	/** Address or name that is dialled, by the watchdog and by the instances. */
	host: z.string().min(1),
	port: z.number().int().positive(),
	/** A name that its certificate carries. */
	identity: z.string().min(1),
});

/** A restored copy takes the place of the data: what was asked for and how far it is. Kept when it is over. */
export const seedSchema = z.object({
	/** Of the request. */
	id: z.string(),
	startedAt: z.iso.datetime(),
	donor: donorSchema,
	/** All that the copy holds, and all that counts from then on. */
	gtids: z.string(),
	/** The new term is beyond this one, too: the archive may know of terms that this record does not. */
	beyondTerm: z.number().int().min(0),
	/** It gets the copy from the donor, and becomes the primary. */
	first: z.string(),
	/** It gets the copy from the first. The old primary keeps its data until both are open. */
	second: z.string(),
	/** Their server UUIDs before: a copy has another. */
	before: z.record(z.string(), z.string()),
	/** Where what goes is safe; null while it is not known to be. */
	safe: z.string().nullable(),
	/** How often each was begun to be copied to. */
	attempts: z.record(z.string(), z.number().int()),
	/**
	 * `copying` and `undoing`: nobody is open. `opening`: the copy counts, in the new term. The old primary is opened again
	 * after `undone`.
	 */
	state: z.enum(["copying", "undoing", "opening", "done", "undone"]),
	/** Why it is undone, or what came of it. */
	message: z.string(),
	steps: z.array(step),
	/** No instance had any data left: there is nothing to go back to. */
	lost: z.literal(true).optional(),
});

export const answerSchema = z.object({
	id: z.string(),
	state: z.enum(["done", "refused", "failed"]),
	message: z.string(),
	at: z.iso.datetime(),
});

/** The newest replacement of an instance's volume. */
export const replacedVolumeSchema = z.object({
	at: z.iso.datetime(),
	/** The UID of the claim that was given up. */
	claim: z.string(),
	/** The server UUID that was admitted then: another one says that the replacement came to something. */
	uuid: z.string(),
	/** How many in a row came to nothing, this one included. */
	times: z.number().int().min(1),
	reason: z.string(),
	/**
	 * What the new volume is made of; absent where it is empty, and once its instance was first connected to the primary: until
	 * then it has acknowledged nothing. `server`: the server UUID of whoever the snapshot was taken of.
	 */
	from: z.object({ snapshot: z.string(), server: z.string() }).optional(),
});

/** Pages of an instance's data are not what it wrote. */
export const damageSchema = z.object({
	/** Of the data directory: another one is not meant. */
	uuid: z.string(),
	at: z.iso.datetime(),
	reason: z.string(),
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
	seed: seedSchema.optional(),
	/** By instance. */
	volumes: z.record(z.string(), replacedVolumeSchema).optional(),
	damaged: z.record(z.string(), damageSchema).optional(),
});

const asked = { id: z.string(), at: z.iso.datetime() };

/** What an operator asks of the watchdog. */
export const requestSchema = z.discriminatedUnion("kind", [
	z.object({ ...asked, kind: z.literal("switchover"), to: z.string().optional() }),
	/** Only where the watchdog refuses to fail over: acknowledged writes may be lost. */
	z.object({ ...asked, kind: z.literal("promote"), to: z.string(), acceptLoss: z.literal(true) }),
	/** A new volume for a replica, whatever is wrong with the one that it has. */
	z.object({ ...asked, kind: z.literal("replaceVolume"), name: z.string() }),
	/** Every instance is empty or gone for good: those that are gone get a new volume, and nobody is made primary. */
	z.object({ ...asked, kind: z.literal("renewVolumes"), acceptLoss: z.literal(true) }),
	/** A restored copy takes the place of the data; `new`: only where there are none yet; `lost`: only where none are left. */
	z.object({
		...asked,
		kind: z.literal("seed"),
		donor: donorSchema,
		gtids: z.string(),
		replaces: z.enum(["in-place", "new", "lost"]),
		beyondTerm: z.number().int().min(0).default(0),
	}),
]);

export type ClusterRecord = z.infer<typeof recordSchema>;
export type Change = z.infer<typeof changeSchema>;
export type Request = z.infer<typeof requestSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type Seed = z.infer<typeof seedSchema>;
export type ReplacedVolume = z.infer<typeof replacedVolumeSchema>;
export type Damage = z.infer<typeof damageSchema>;
export type Donor = z.infer<typeof donorSchema>;

/** @throws Error naming the field: an unreadable record stops the watchdog from acting. */
export function parseRecord(text: string): ClusterRecord {
	const parsed = recordSchema.safeParse(JSON.parse(text));
	if (parsed.success) return parsed.data;
	throw new Error(`the cluster record is unreadable: ${z.prettifyError(parsed.error)}`);
}

export const formatRecord = (record: ClusterRecord): string => JSON.stringify(record);
