/** What the ledger tells the operator's side: one JSON document a line of its log. */
import { z } from "zod";

const gap = z.object({ start: z.number(), end: z.number() });

const progressSchema = z.object({
	type: z.literal("progress"),
	/** Milliseconds since 1970, as every time here. */
	at: z.number(),
	acknowledged: z.number(),
	unknown: z.number(),
	/** Null before the first. */
	lastAckAt: z.number().nullable(),
	/** Which instance acknowledged last. */
	instance: z.string().nullable(),
});

const checkedSchema = z.object({
	/** `mysql-primary`, or an instance's name. */
	name: z.string(),
	/** Acknowledged writes that it has not; null where it could not be asked. */
	missing: z.number().nullable(),
	error: z.string().optional(),
});

const reportSchema = z.object({
	type: z.literal("report"),
	acknowledged: z.number(),
	/** Writes that were asked for and of which nobody knows: the connection broke before the answer. */
	unknown: z.number(),
	/** Of these, how many are in the database. Either is right. */
	unknownPresent: z.number(),
	/** Writes that the server refused, so that they certainly did not happen. */
	refused: z.number(),
	/** Acknowledged writes that the primary does not have. */
	lost: z.number(),
	/** The first few of them. */
	lostIds: z.array(z.number()),
	/** When the earliest of them was acknowledged. */
	firstLostAt: z.number().nullable(),
	checked: z.array(checkedSchema),
	firstAckAt: z.number().nullable(),
	lastAckAt: z.number().nullable(),
	/** The longest times without an acknowledgement, longest first. */
	gaps: z.array(gap),
	/** Acknowledgements in each 100 ms around the longest gap. */
	series: z.object({ from: z.number(), sliceMs: z.number(), counts: z.array(z.number()) }),
});

const failureSchema = z.object({ type: z.literal("failure"), message: z.string() });

const messageSchema = z.discriminatedUnion("type", [progressSchema, reportSchema, failureSchema]);

export type Progress = z.infer<typeof progressSchema>;
export type Checked = z.infer<typeof checkedSchema>;
export type LedgerReport = z.infer<typeof reportSchema>;
export type LedgerMessage = z.infer<typeof messageSchema>;

/** @returns the message, or null for a line that is none or was cut. */
export function parseMessage(line: string): LedgerMessage | null {
	try {
		const parsed = messageSchema.safeParse(JSON.parse(line));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
}

/** Slices of the series. The whole report must fit into one line of a container's log, which is 16 KiB. */
export const sliceMs = 100;
export const mostSlices = 600;
