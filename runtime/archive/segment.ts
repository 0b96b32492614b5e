/**
 * One object of the archive: what one replica's binary log held between two moments. The first line is its header, for
 * everybody who may list the store; the rest is encrypted (age) and holds the compressed (zstd) binary log, whole events
 * only, with the magic number and the format description event in front, so that it can be read by itself.
 */
import { z } from "zod";

/** Keys sort by number: twelve digits. */
export const segmentKey = (cluster: string, number: number): string =>
	`archive/${cluster}/segments/${String(number).padStart(12, "0")}.segment`;

export const segmentPrefix = (cluster: string): string => `archive/${cluster}/segments/`;

/** Longest header, bytes, newline included: whoever wants only the header reads as much of the object. */
export const longestHeader = 65_536;

export const segmentHeaderSchema = z.object({
	version: z.literal(1),
	cluster: z.string(),
	/** Without a hole from 1 on; written once, so that two archivers cannot both write it. */
	number: z.number().int().positive(),
	/** SHA-256 of the header line of the one before, which holds that of its rest; null of the first. Headers alone prove the chain. */
	previous: z.string().nullable(),
	/** Where it comes from: a server's binary log, and the bytes of it. */
	stream: z.object({ server: z.string(), file: z.string(), from: z.number().int(), to: z.number().int() }),
	/** The cluster's term when it was read, and whom it was read from. */
	term: z.number().int(),
	source: z.object({ instance: z.string(), role: z.enum(["replica", "primary"]) }),
	/** Read from a primary with no replica left to confirm it: counts once a later segment or mark says so. */
	provisional: z.boolean(),
	/** All that the archive held before, as a GTID set; what a restore joins by. */
	after: z.string(),
	/** The transactions in it. Some may be in `after` already: they are skipped when it is replayed. */
	gtids: z.string(),
	/**
	 * True where what lies between `after` and this segment is lost (the source had purged it): a restore cannot cross it.
	 * Such a segment's `missing` names what is known to be lacking.
	 */
	gap: z.object({ missing: z.string() }).nullable(),
	/** Commit times on the original primary, microseconds since 1970; null where it holds no transaction. */
	firstCommit: z.number().int().nullable(),
	lastCommit: z.number().int().nullable(),
	/** When the archiver cut it, by its own clock. */
	cutAt: z.iso.datetime(),
	/** The source's binary log ends here. */
	finished: z.boolean(),
	/** Of the uncompressed binary log, and of the encrypted rest of this object. */
	bytes: z.number().int(),
	sha256: z.string(),
	storedSha256: z.string(),
	/** Bytes of the encrypted rest: a truncated object is told from a damaged one. */
	storedBytes: z.number().int().optional(),
});

export type SegmentHeader = z.infer<typeof segmentHeaderSchema>;

/** What a failover orphaned: archived, and not in the history that survived. No restore applies it. */
export const orphansKey = (cluster: string, term: number, hash: string): string =>
	`archive/${cluster}/orphans/term-${String(term).padStart(6, "0")}-${hash}.json`;

export const orphansPrefix = (cluster: string): string => `archive/${cluster}/orphans/`;

export const orphansSchema = z.object({
	version: z.literal(1),
	cluster: z.string(),
	/** The term that began without them. */
	term: z.number().int(),
	gtids: z.string(),
	at: z.iso.datetime(),
});

export type Orphans = z.infer<typeof orphansSchema>;
