/** What a plan says where only clocks tell, or where they tell two things. Pure. */
import { isEmpty } from "../mysql/gtidSet.ts";
import { type Base, called } from "./base.ts";
import { olderThanTarget, type Wanted } from "./fittingBackup.ts";
import { formatMicros } from "./target.ts";

/** The commits of one group, and two servers' clocks, differ by less. Microseconds. */
const usual = 1_000_000;

/** @param base what is restored */
export function clockNotes(base: Base, wanted: Wanted): string[] {
	if (wanted.target.kind !== "time") return [];
	const { micros } = wanted.target;
	const notes: string[] = [];
	if (!olderThanTarget(wanted)) {
		const made = `that ${called(base)}, finished at ${base.finishedAt}, is older is said by the clock of the machine that made it alone`;
		notes.push(`nothing that is archived is older than ${formatMicros(micros)}: ${made}`);
	}
	const again = setBack(wanted, micros);
	if (again !== null) {
		const first = `the first that follow on what is restored say ${formatMicros(again)}`;
		notes.push(
			`a clock was set back: transactions came after ${formatMicros(micros)}, and then others from before it (${first}); name a GTID to restore further`,
		);
	}
	return notes;
}

/** The earliest commit that says it is before the target, and comes after what is restored. */
function setBack({ history, cut }: Wanted, micros: number): number | null {
	const later = history.segments.filter(({ number, fresh }) => number > cut.through && !isEmpty(fresh));
	const times = later.flatMap(({ header }) => header.firstCommit ?? []).filter((time) => time <= micros - usual);
	return times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b));
}
