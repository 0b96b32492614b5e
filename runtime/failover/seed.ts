/**
 * A restored copy takes the place of the data (`mysql-dr restore --into in-place` or `new`): what is next. Pure. The old
 * primary is closed and keeps its data to the last, so that all can be undone until the copy is recorded as what counts.
 */
import { contains, equals, isEmpty, parseGtidSet } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";
import { isAdmitted, isIntact } from "./choose.ts";
import type { Action, Decision, Facts } from "./decide.ts";
import type { ClusterRecord, Request, Seed } from "./record.ts";
import type { Repair } from "./repair.ts";
import { type InstanceView, readable, type View } from "./view.ts";

export type SeedRequest = Extract<Request, { kind: "seed" }>;

export type SeedStep =
	| { readonly step: "begin"; readonly request: SeedRequest; readonly first: string; readonly second: string }
	/** No more writes: what goes is complete from here on. */
	| { readonly step: "close" }
	/** What the copy does not hold must be in the archive, or is saved. */
	| { readonly step: "secure" }
	/** The copy counts from here on, in a new term; the first of the two opens. */
	| { readonly step: "record" }
	| { readonly step: "finish" }
	/** Back to the data that there were. */
	| { readonly step: "undo" }
	/** The old primary is as it was, and a replica can acknowledge. */
	| { readonly step: "reopen" };

/** A copy that ended in nothing as often as this will not come to anything. */
const attemptsLimit = 3;
/** For an instance to come back with its copy, or the old primary to be seen again, before all is undone. */
export const patienceMs = 600_000;
/** Before a copy was begun nothing is lost by beginning anew, and a failover may be waited for. */
export const firstPatienceMs = 60_000;

/** The request that has not been begun, refused or done yet. */
export function askedSeed({ request }: View, record: ClusterRecord): SeedRequest | null {
	if (request?.kind !== "seed" || request.id === record.request?.id || request.id === record.seed?.id) return null;
	return request;
}

/** @param fit the replicas that could take over now: what is to be replaced is whole, and can be put back */
export function beginning(
	view: View,
	record: ClusterRecord,
	fit: readonly InstanceView[],
	request: SeedRequest,
): Action {
	const refuse = (refusal: string): Action => ({ do: "answer", request, refusal });
	if (request.replaces === "lost") return refuse(`not everything is lost: ${record.primary} is the primary, and open`);
	const unfit = view.instances.filter(({ name }) => name !== record.primary && !fit.some((i) => i.name === name));
	if (unfit.length > 0) {
		const names = unfit.map(({ name }) => name).join(", ");
		return refuse(`${names} does not replicate now: data are replaced only while everything is well`);
	}
	const [first, second] = [...fit].sort((a, b) => Number(a.leaving !== null) - Number(b.leaving !== null));
	if (first === undefined || second === undefined) return refuse("it takes two replicas beside the primary");
	if (isEmpty(parseGtidSet(request.gtids))) return refuse("the restored copy holds no transaction");
	const step = { step: "begin", request, first: first.name, second: second.name } as const;
	return { do: "seed", step, reason: "an operator restored a copy of the data" };
}

/** Null while no copy is being put in place. */
export function seeding(view: View, record: ClusterRecord, facts: Facts): Decision | null {
	const { seed } = record;
	if (seed?.state === "copying") return copying({ view, record, facts, seed });
	if (seed?.state === "undoing") return undoing({ view, record, facts, seed });
	return null;
}

interface Context {
	readonly view: View;
	readonly record: ClusterRecord;
	readonly facts: Facts;
	readonly seed: Seed;
}

function copying(context: Context): Decision {
	const { view, record, seed } = context;
	const primary = reading(view, record.primary);
	if (primary !== null && isOpen(primary)) return act("close", `${record.primary} is closed for the restored copy`);
	const first = isCopied(context, seed.first);
	const second = isCopied(context, seed.second);
	if (first && second) return act("record", "both hold the restored copy");
	const stuck = withoutTheOld(context, primary, first);
	if (stuck !== null) return stuck;
	if (seed.safe === null) return act("secure", "what the restored copy does not hold is kept");
	return first ? copyTo(context, seed.second, seed.first) : copyTo(context, seed.first, null);
}

/** What the old primary holds is the way back. Once the first has the copy there is a way on as well. */
function withoutTheOld({ view, record, seed }: Context, primary: Reading | null, first: boolean): Decision | null {
	if (seed.lost === true || (primary !== null && isIntact(record, primary))) return null;
	const wrong = `${record.primary} ${primary === null ? "cannot be read" : "lost its data"}`;
	const limitMs = Object.keys(seed.attempts).length === 0 ? firstPatienceMs : patienceMs;
	if (primary === null && view.seedStillMs <= limitMs) return wait(wrong, "quorum");
	return first ? null : undo(wrong);
}

function copyTo({ view, seed }: Context, name: string, donor: string | null): Decision {
	const instance = view.instances.find((i) => i.name === name);
	if (instance?.busy) return wait(`${name} gets the restored copy`);
	if ((seed.attempts[name] ?? 0) >= attemptsLimit && reading(view, name) !== null) {
		return undo(`${name} did not take the copy in ${attemptsLimit} attempts`);
	}
	if (reading(view, name) === null) {
		return view.seedStillMs > patienceMs ? undo(`${name} does not come back`) : wait(`${name} is waited for`);
	}
	return copy(seed, name, donor, `${name} gets the restored copy`);
}

/** It is opened again when somebody can acknowledge: a replica with its data, or one that is made again from the closed primary. */
function undoing({ view, record, seed }: Context): Decision {
	const primary = reading(view, record.primary);
	if (primary === null) return wait(`${seed.message}; ${record.primary} cannot be read`, "quorum");
	// Then it is as with any primary whose data were lost.
	if (!isIntact(record, primary)) return act("reopen", seed.message);
	const replicas = readable(view).filter(({ name }) => name !== record.primary && !isBusy(view, name));
	const whole = replicas.some(
		({ name, reading: r }) => isAdmitted(record, name, r) || contains(r.executed, primary.executed),
	);
	if (whole) return act("reopen", seed.message);
	const under = view.instances.find((i) => i.busy !== null);
	if (under !== undefined) return wait(`${seed.message}; ${under.name} gets its data back`);
	const [next] = replicas;
	if (next === undefined) return wait(`${seed.message}; no replica can be read`, "quorum");
	if (isOpen(primary)) return act("close", `${next.name} gets its data back`);
	return copy(seed, next.name, record.primary, `${seed.message}; ${next.name} gets its data back`);
}

/** It came back with another server UUID, and all that it holds is the copy. */
function isCopied({ view, seed }: Context, name: string): boolean {
	const found = reading(view, name);
	if (found === null || isBusy(view, name)) return false;
	return found.uuid !== seed.before[name] && equals(found.executed, parseGtidSet(seed.gtids));
}

const isOpen = ({ superReadOnly, acksRequired }: Reading) => !superReadOnly || acksRequired;

function isBusy(view: View, name: string): boolean {
	return view.instances.some((i) => i.name === name && i.busy !== null);
}

function reading(view: View, name: string): Reading | null {
	return readable(view).find((i) => i.name === name)?.reading ?? null;
}

function act(step: "close" | "secure" | "record" | "reopen", reason: string): Decision {
	return { action: { do: "seed", step: { step }, reason }, repairs: [], alerts: [] };
}

function undo(reason: string): Decision {
	return { action: { do: "seed", step: { step: "undo" }, reason }, repairs: [], alerts: [] };
}

function wait(reason: string, ...alerts: "quorum"[]): Decision {
	return { action: { do: "wait", reason }, repairs: [], alerts };
}

function copy({ id }: Seed, name: string, donor: string | null, reason: string): Decision {
	const repair: Repair = { do: "copy", name, donor, seed: id };
	return { action: { do: "wait", reason }, repairs: [repair], alerts: [] };
}
