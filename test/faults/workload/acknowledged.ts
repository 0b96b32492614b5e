/** What the clients were told, and what follows from it. Pure but for the reading. */
import { readFile } from "node:fs/promises";
import { gapLength, longestGaps, outageAfter } from "../../../runtime/drill/gaps.ts";

export interface Acknowledged {
	readonly id: number;
	/** Milliseconds since 1970. */
	readonly at: number;
	/** Who said so. */
	readonly instance: string;
}

/** A last line without an end is one that is being written. */
export async function readAcknowledged(file: string): Promise<Acknowledged[]> {
	const text = await readFile(file, "utf8").catch(() => "");
	return parseAcknowledged(text.slice(0, text.lastIndexOf("\n") + 1));
}

export function parseAcknowledged(text: string): Acknowledged[] {
	return text
		.split("\n")
		.filter(Boolean)
		.map((line) => {
			const [id, at, instance = ""] = line.split(",");
			return { id: Number(id), at: Number(at), instance };
		});
}

/** Seconds without an acknowledgement that the fault caused; null when none came after it. */
export function downtime(entries: readonly Acknowledged[], faultAt: number): number | null {
	const times = entries.map(({ at }) => at);
	if (!times.some((at) => at > faultAt)) return null;
	const outage = outageAfter(longestGaps(times, 50), faultAt);
	return outage === null ? null : Math.round(gapLength(outage)) / 1000;
}

/** Who acknowledged, in the order of time: each name once for as long as it was alone. */
export function reigns(entries: readonly Acknowledged[]): string[] {
	const names: string[] = [];
	for (const { instance } of [...entries].sort((a, b) => a.at - b.at)) {
		if (names.at(-1) !== instance) names.push(instance);
	}
	return names;
}

/**
 * What contradicts "one instance a term acknowledges": whoever acknowledged must have been primary, in that order.
 * @param primaries of the terms, in order; a term may have seen no write
 */
export function outOfTerm(acknowledging: readonly string[], primaries: readonly string[]): string[] {
	let term = 0;
	for (const name of acknowledging) {
		while (term < primaries.length && primaries[term] !== name) term += 1;
		if (term === primaries.length) {
			return [`acknowledged by ${acknowledging.join(", ")}, but the terms' primaries were ${primaries.join(", ")}`];
		}
	}
	return [];
}
