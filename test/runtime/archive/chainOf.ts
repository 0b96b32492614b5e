/** Chains of segments as the archiver would write them, without servers. */

import { chainStart, follow, withoutOrphans } from "../../../runtime/archive/chain.ts";
import { type HeaderLine, headerLine } from "../../../runtime/archive/headerLine.ts";
import type { Orphans, SegmentHeader } from "../../../runtime/archive/segment.ts";
import { formatGtidSet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { cluster } from "./liveArchiver.ts";

export const a = "aaaaaaaa-0000-0000-0000-000000000001";
export const b = "bbbbbbbb-0000-0000-0000-000000000002";

/** The beginning of a binary log of 9.7.4. */
export const emptyBinlog = Buffer.from(
	[
		"fe62696edb59066b0ffa3300007b0000007f00000000000400392e372e342d3200000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000013000d0008000000000400040000006300",
		"041a08000000000000020000000a0a0a2a2a001234000a2800000187b9d51b",
	].join(""),
	"hex",
);

/** What one segment is to be; the rest follows from those before it. */
export type Link = Partial<Pick<SegmentHeader, "gtids" | "term" | "provisional" | "gap">>;

export function chainOf(links: readonly Link[], orphans: readonly Orphans[] = [], before = `${a}:1-10`): HeaderLine[] {
	const lines: HeaderLine[] = [];
	let end = chainStart;
	for (const link of links) {
		const term = link.term ?? Math.max(end.term, 1);
		const from = withoutOrphans(end, orphans, term);
		const line = headerLine({
			...{ version: 1, cluster, number: from.number + 1, previous: from.hash, term },
			stream: { server: a, file: "binlog.000001", from: 4, to: 4 },
			source: { instance: "mysql-1", role: "replica" },
			provisional: link.provisional ?? false,
			after: from.number === 0 ? formatGtidSet(parseGtidSet(before)) : formatGtidSet(from.position),
			gtids: formatGtidSet(parseGtidSet(link.gtids ?? "")),
			gap: link.gap ?? null,
			...{ firstCommit: null, lastCommit: null, cutAt: new Date(0).toISOString(), finished: false },
			...{ bytes: 0, sha256: "", storedSha256: "" },
		});
		lines.push(line);
		end = follow(line, from);
	}
	return lines;
}

export const orphaned = (term: number, gtids: string): Orphans => ({
	...{ version: 1, cluster, term, gtids: formatGtidSet(parseGtidSet(gtids)), at: new Date(0).toISOString() },
});
