/** The restored copy becomes what counts: a new term, whose primary and first replica hold nothing else. */
import { equals, formatGtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";
import { RefusedError } from "./cancel.ts";
import { deadline, type Operation, recorded, Timeline } from "./operation.ts";
import { open, recordDone } from "./promote.ts";
import type { ClusterRecord, Seed } from "./record.ts";
import { seedOf } from "./seedNotes.ts";

export async function openSeed(operation: Operation): Promise<void> {
	const record = recorded(operation);
	const seed = seedOf(record);
	const { first, second, gtids } = seed;
	const term = Math.max(record.term, seed.beyondTerm) + 1;
	const timeline = new Timeline(operation, {
		kind: "seed",
		term,
		from: record.primary,
		to: first,
		reason: "a restored copy takes the place of the data",
		gtidBefore: {},
		gtidAfter: gtids,
	});
	const readings = await Promise.all([first, second].map((name) => readied(operation, name, gtids)));
	const uuids = Object.fromEntries(readings.map(({ name, uuid }) => [name, uuid]));
	timeline.step(`${first} and ${second} hold the restored copy`, "choose");
	await operation.save((now) => {
		if (now.term !== record.term) throw new RefusedError("the primary has changed meanwhile");
		return opening(now, { ...seed, state: "opening" }, { term, uuids, since: operation.now().toISOString() }, timeline);
	});
	timeline.step(`recorded term ${term} with primary ${first}`, "record");
	const executed = parseGtidSet(gtids);
	const handover = { to: first, executed, uuid: uuids[first] ?? "", followers: [second], timeline };
	await open(operation, handover);
	await recordDone(operation, handover);
}

/** A clone brings its donor's replication settings along, which speak of nobody here. */
async function readied(operation: Operation, name: string, gtids: string): Promise<{ name: string; uuid: string }> {
	const ms = () => deadline(operation, operation.limits.statementMs);
	const instance = await operation.instance(name);
	await instance.forgetSource(ms());
	const reading: Reading = await instance.read(ms());
	if (!equals(reading.executed, parseGtidSet(gtids)) || !reading.superReadOnly) {
		throw new RefusedError(`${name} holds something else than the restored copy: ${formatGtidSet(reading.executed)}`);
	}
	return { name, uuid: reading.uuid };
}

interface NewTerm {
	readonly term: number;
	readonly uuids: Readonly<Record<string, string>>;
	readonly since: string;
}

/** Nobody else counts: what the old primary holds beyond the copy is surplus from here on. */
function opening(
	record: ClusterRecord,
	seed: Seed,
	{ term, uuids, since }: NewTerm,
	timeline: Timeline,
): ClusterRecord {
	return {
		...record,
		term,
		primary: seed.first,
		since,
		uuids: { ...uuids },
		gtidAtPromotion: seed.gtids,
		// The copy may be older than a schema that is declared now.
		schemasReady: false,
		lastChange: timeline.change({ term, to: seed.first }),
		seed,
	};
}
