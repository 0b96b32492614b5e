/** An instance's data are replaced by the restored copy, or by the old primary's where that is undone. */
import { type CloneSource, cloneFrom, stopApplier } from "../mysql/clone.ts";
import { equals, isEmpty, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import { type Reading, read } from "../mysql/reading.ts";
import type { Session } from "../mysql/session.ts";
import { RefusedError } from "./cancel.ts";
import { surplus } from "./choose.ts";
import type { Clock } from "./clock.ts";
import { deadline, type Operation, recorded } from "./operation.ts";
import { cloneLimitMs, keep, type RebuildAccess } from "./rebuildAct.ts";
import { whileItLives } from "./recipientWatch.ts";
import type { Repair } from "./repair.ts";
import { note, seedOf } from "./seedNotes.ts";

type Copy = Extract<Repair, { do: "copy" }>;

export async function copy(operation: Operation, access: RebuildAccess, repair: Copy): Promise<void> {
	const { name, donor } = repair;
	const [session, beside] = await Promise.all([access.session(name), access.session(name)]);
	try {
		await ended(beside, operation.clock, operation.limits.statementMs);
		const reading = await read(session, deadline(operation, operation.limits.statementMs));
		if (isThere(operation, reading, repair)) return;
		await keepErrant(operation, access, { name, session, reading });
		await stopApplier(session);
		await (await operation.instance(name)).stopReceiver(deadline(operation, operation.limits.statementMs));
		await begun(operation, repair);
		// As a rebuild: beside the decisions, without a lease, since the instance counts for nothing from here on.
		const copied = cloneFrom(session, sourceOf(operation, access, donor), cloneLimitMs);
		await whileItLives(copied, beside, operation.clock);
		operation.log(`${name} was copied to`);
	} finally {
		session.close();
		beside.close();
	}
}

/** Between two questions. */
const lookMs = 1000;

/**
 * A copy that a leader before began goes on without it, and a second one would be refused. One that was cut off by a crash
 * stays "In Progress" for ever, in no session (PID 0, seen on 9.7.4).
 */
async function ended(session: Session, clock: Clock, ms: number): Promise<void> {
	const sql = "SELECT STATE AS state, PID AS pid FROM performance_schema.clone_status";
	for (;;) {
		const [rows = []] = await session.run(sql, ms);
		if (rows[0]?.state !== "In Progress" || Number(rows[0].pid) === 0) return;
		await clock.sleep(lookMs);
	}
}

/** What was decided upon may have been seen before an earlier copy was through. */
function isThere(operation: Operation, reading: Reading, { name, donor }: Copy): boolean {
	const { primary, seed } = recorded(operation);
	if (donor === primary || seed === undefined) return false;
	return reading.uuid !== seed.before[name] && equals(reading.executed, parseGtidSet(seed.gtids));
}

/** What the cluster had is safe already; an errant transaction is on this one alone. */
async function keepErrant(
	operation: Operation,
	access: RebuildAccess,
	{ name, session, reading }: { readonly name: string; readonly session: Session; readonly reading: Reading },
): Promise<void> {
	const record = recorded(operation);
	const errant = subtract(surplus(record, reading), parseGtidSet(record.seed?.gtids ?? ""));
	if (!isEmpty(errant)) await keep(operation, access, { name, session, surplus: errant });
}

/**
 * From now on the instance counts for nothing.
 *
 * @throws RefusedError when what was decided upon is no longer so; nothing was changed
 */
async function begun(operation: Operation, { name, donor, seed: id }: Copy): Promise<void> {
	const { term, primary, seed } = recorded(operation);
	const state = donor === primary ? "undoing" : "copying";
	if (name === primary) throw new RefusedError(`${name} keeps its data to the last`);
	await operation.save((record) => {
		const now = record.seed;
		if (record.term !== term || now?.id !== id || now.state !== state) {
			throw new RefusedError(`${name} is not copied to: what was decided has changed meanwhile`);
		}
		const { [name]: _, ...uuids } = record.uuids;
		return { ...record, uuids };
	});
	await note(operation, `${name} is cloned from ${donor ?? `the restored copy at ${seed?.donor.host}`}`, (s) => ({
		...s,
		attempts: { ...s.attempts, [name]: (s.attempts[name] ?? 0) + 1 },
	}));
}

function sourceOf(operation: Operation, access: RebuildAccess, donor: string | null): CloneSource {
	if (donor !== null) return access.cloneSource(donor);
	const { host, port } = seedOf(recorded(operation)).donor;
	// The same account: a restored copy has the present accounts.
	return { ...access.cloneSource(recorded(operation).primary), host, port };
}
