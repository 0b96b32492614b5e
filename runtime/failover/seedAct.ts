/** Puts a restored copy in place of the data, a step at a time; which one is next is decided in seed.ts. */
import { formatGtidSet, isEmpty, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import { held, type Reading } from "../mysql/reading.ts";
import { LostLeaseError, RefusedError } from "./cancel.ts";
import { deadline, type Operation, recorded } from "./operation.ts";
import { type RebuildAccess, saveSurplus } from "./rebuildAct.ts";
import type { SeedRequest, SeedStep } from "./seed.ts";
import { checkDonor, checkEmpty } from "./seedChecks.ts";
import { closePrimary } from "./seedClose.ts";
import { note, seedOf } from "./seedNotes.ts";
import { openSeed } from "./seedOpen.ts";

export async function seed(operation: Operation, access: RebuildAccess, step: SeedStep, reason: string): Promise<void> {
	switch (step.step) {
		case "begin":
			return begin(operation, access, step);
		case "close":
			return closePrimary(operation);
		case "secure":
			return secure(operation, access);
		case "record":
			return openSeed(operation);
		case "finish":
			return note(operation, "the restored copy is open and acknowledged", (s) => ({ ...s, state: "done" }));
		case "undo":
			return undo(operation, reason);
		case "reopen":
			return note(operation, "the old primary is opened again", (s) => ({ ...s, state: "undone" }));
	}
}

/**
 * @throws RefusedError when the copy is not what was asked for, or, where there are to be none yet, when there are data:
 * nothing was changed
 */
async function begin(
	operation: Operation,
	access: RebuildAccess,
	{ request, first, second }: { readonly request: SeedRequest; readonly first: string; readonly second: string },
): Promise<void> {
	const record = recorded(operation);
	const read = async (name: string) =>
		(await operation.instance(name)).read(deadline(operation, operation.limits.statementMs));
	const [primary, one, two] = await Promise.all([record.primary, first, second].map(read));
	if (primary === undefined || one === undefined || two === undefined) throw new Error("an instance was not read");
	await checkDonor(operation, access, request, primary.version);
	if (request.replaces === "new") await checkEmpty(operation, access, record.primary);
	const lost = request.replaces === "lost";
	if (lost) nothingLeft([primary, one, two]);
	const startedAt = operation.now().toISOString();
	const what = `a restored copy takes the place of the data, on ${first} and ${second} first`;
	const { id, donor, gtids, beyondTerm } = request;
	await operation.save((now) => {
		if (now.term !== record.term) throw new RefusedError("the primary has changed meanwhile");
		return {
			...now,
			seed: {
				...{ id, startedAt, donor, gtids, beyondTerm, first, second },
				before: { [first]: one.uuid, [second]: two.uuid },
				...(lost ? { safe: "no instance had any data left", lost } : { safe: null }),
				attempts: {},
				state: "copying",
				message: "",
				steps: [{ at: startedAt, step: what }],
			},
		};
	});
	operation.log(what);
}

/** @throws RefusedError where some instance has something after all */
function nothingLeft(readings: readonly Reading[]): void {
	const some = readings.find((reading) => !isEmpty(held(reading)));
	if (some === undefined) return;
	throw new RefusedError(`not everything is lost: the instance with server UUID ${some.uuid} holds data`);
}

/** For the archive to have what was written until a moment ago: many times what it waits before it stores. */
const archiveMs = 60_000;
/** Between two looks at the archive. */
const lookMs = 2000;

/**
 * What goes is in the archive, or is saved as SQL. Where neither can be, all is undone. The old primary holds it besides,
 * until it is rebuilt as any instance with surplus is.
 */
async function secure(operation: Operation, access: RebuildAccess): Promise<void> {
	const { primary } = recorded(operation);
	const instance = await operation.instance(primary);
	const reading = await instance.read(deadline(operation, operation.limits.statementMs));
	const goes = subtract(held(reading), parseGtidSet(seedOf(recorded(operation)).gtids));
	const safe = isEmpty(goes) ? "nothing goes" : await kept(operation, access, primary, formatGtidSet(goes));
	if (safe === null) return;
	await note(operation, safe, (s) => ({ ...s, safe }));
}

/** Null when it is nowhere, and all is undone. */
async function kept(operation: Operation, access: RebuildAccess, name: string, gtids: string): Promise<string | null> {
	const surplus = parseGtidSet(gtids);
	const { gtids: restored, beyondTerm } = seedOf(recorded(operation));
	// Where the archive is of a later term, as it is to a database made anew, it takes nothing from this one.
	const waitMs = beyondTerm > recorded(operation).term ? 0 : archiveMs;
	for (const until = operation.clock.now() + waitMs; access.archived !== null; ) {
		if (await access.archived(surplus, parseGtidSet(restored))) return `what goes is in the archive: ${gtids}`;
		// It is not a moment for a leader without a lease to go on waiting.
		deadline(operation, 1);
		if (operation.clock.now() >= until) break;
		await operation.clock.sleep(lookMs);
	}
	const session = await access.session(name);
	try {
		const label = await saveSurplus(operation, access, { name, session, surplus });
		return `what goes was saved as ${label}: ${gtids}`;
	} catch (error) {
		if (error instanceof LostLeaseError) throw error;
		await undo(operation, `what goes is not safe: ${(error as Error).message}`);
		return null;
	} finally {
		session.close();
	}
}

function undo(operation: Operation, message: string): Promise<void> {
	return note(operation, `undone: ${message}`, (s) => ({ ...s, state: "undoing", message }));
}
