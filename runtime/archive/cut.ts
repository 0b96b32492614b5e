/** What the next segment is. Pure. */
import { contains, emptySet, formatGtidSet, type GtidSet, isEmpty } from "../mysql/gtidSet.ts";
import type { ChainEnd } from "./chain.ts";
import type { Source } from "./chooseSource.ts";
import type { SegmentFacts } from "./seal.ts";
import type { Arrived } from "./spool.ts";
import type { Reign, Sifted } from "./wanted.ts";

export interface Cutting {
	readonly cluster: string;
	/** Where the chain is, orphans of the reign left out. */
	readonly end: ChainEnd;
	readonly reign: Reign;
	readonly source: Source;
	readonly arrived: Arrived;
	readonly sifted: Sifted;
	/** What is lost between the end and what comes now. */
	readonly missing: GtidSet;
	/** What lies before an archive that is only beginning. */
	readonly baseline: GtidSet;
	readonly now: Date;
}

/** @returns null where there is nothing to say */
export function nextSegment(cutting: Cutting): SegmentFacts | null {
	const { cluster, end, reign, source, arrived, sifted, missing, now } = cutting;
	const provisional = isProvisional(cutting);
	const confirms = end.provisional && !provisional;
	const begins = end.number === 0;
	if (sifted.chosen.length === 0 && isEmpty(missing) && !confirms && !begins) return null;
	const commits = sifted.chosen.map(({ originalCommit }) => originalCommit);
	return {
		cluster,
		number: end.number + 1,
		previous: end.hash,
		stream: { server: source.look.uuid, file: arrived.file, from: arrived.from, to: sifted.end },
		term: reign.term,
		source: { instance: source.look.name, role: source.role },
		provisional,
		after: formatGtidSet(begins ? cutting.baseline : end.position),
		gtids: formatGtidSet(sifted.gtids),
		gap: isEmpty(missing) ? null : { missing: formatGtidSet(missing) },
		firstCommit: commits.length === 0 ? null : commits.reduce((a, b) => Math.min(a, b)),
		lastCommit: commits.length === 0 ? null : commits.reduce((a, b) => Math.max(a, b)),
		cutAt: now.toISOString(),
		finished: arrived.reading.finished && sifted.end === arrived.reading.end,
	};
}

/** What was read from a primary that stood alone stays in doubt until a replica has it. */
function isProvisional({ end, source }: Cutting): boolean {
	if (source.provisional) return true;
	if (!end.provisional) return false;
	const witness = source.role === "replica" ? source.look.executed : (source.confirmed ?? emptySet);
	return !contains(witness, end.position);
}
