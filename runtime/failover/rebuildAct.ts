/** An instance is cloned anew; what it alone held is saved first. */
import type { Archived } from "../archive/archivedSet.ts";
import { binaryLogs, type CloneSource, cloneFrom, stopApplier } from "../mysql/clone.ts";
import { contains, formatGtidSet, type GtidSet, isEmpty, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import type { readableSql } from "../mysql/readableSql.ts";
import { held, read } from "../mysql/reading.ts";
import type { Login, Session, Target } from "../mysql/session.ts";
import { RefusedError } from "./cancel.ts";
import { deadline, type Operation, recorded } from "./operation.ts";
import { whileItLives } from "./recipientWatch.ts";
import type { Donor } from "./record.ts";
import { mayHaveAcknowledged, type Repair } from "./repair.ts";

/** Where surplus transactions are kept for people to look at. */
export interface SurplusStore {
	save(name: string, entry: { readonly gtids: string; readonly sqlGz: Buffer }): Promise<void>;
}

export interface RebuildAccess {
	readonly session: (name: string) => Promise<Session>;
	readonly replicationTarget: (name: string) => Target;
	readonly replicationLogin: Login;
	readonly cloneSource: (donor: string) => CloneSource;
	/** Reads transactions from binary logs as SQL. */
	readonly readableSql: typeof readableSql;
	readonly surplusStore: SurplusStore;
	/** Null where there is no archive. */
	readonly archived: Archived | null;
	/** To the server with a restored copy; default: as the watchdog. */
	readonly donorSession: (donor: Donor, login?: Login) => Promise<Session>;
}

/** A copy that takes longer than this is started anew. */
export const cloneLimitMs = 12 * 3_600_000;

export async function rebuild(
	operation: Operation,
	access: RebuildAccess,
	repair: Extract<Repair, { do: "rebuild" }>,
): Promise<void> {
	const { name, donor, term } = repair;
	const [session, beside] = await Promise.all([access.session(name), access.session(name)]);
	try {
		const surplus = parseGtidSet(repair.surplus);
		if (!isEmpty(surplus)) await keep(operation, access, { name, session, surplus });
		await stopApplier(session);
		if (repair.keeper === null) await countsForNothing(operation, name);
		else await secure(operation, repair, repair.keeper);
		await forget(operation, name, term);
		operation.log(`${name} is cloned from ${donor}: ${repair.reason}`);
		// Takes minutes where there is much data: it runs beside the decisions and needs no lease, since
		// it changes nothing but an instance that counts for nothing.
		const copied = cloneFrom(session, access.cloneSource(donor), cloneLimitMs);
		await whileItLives(copied, beside, operation.clock);
		operation.log(`${name} was cloned from ${donor}`);
	} finally {
		session.close();
		beside.close();
	}
}

/**
 * The decision is a moment old, and the primary may have died since: then this instance may hold the only other copy
 * of an acknowledged write. So it stops acknowledging, another replica must have all that counts of it, and after that
 * the primary must still be open.
 *
 * @throws RefusedError when that is not so; the instance is left as it is.
 */
export async function secure(
	operation: Operation,
	{ name, surplus }: { readonly name: string; readonly surplus: string },
	keeper: string,
): Promise<void> {
	const ms = () => deadline(operation, operation.limits.statementMs);
	const recipient = await operation.instance(name);
	await recipient.stopReceiver(ms());
	const counts = subtract(held(await recipient.read(ms())), parseGtidSet(surplus));
	const other = await operation.instance(keeper);
	if (!(await other.applyUntil(counts, ms()))) {
		throw new RefusedError(`${name} is not rebuilt yet: ${keeper} does not have all that it has`);
	}
	const primary = await (await operation.instance(recorded(operation).primary)).read(ms());
	if (primary.superReadOnly || !primary.acksRequired) {
		throw new RefusedError(`${name} is not rebuilt: the primary is not open`);
	}
}

/**
 * It may have been connected to the primary since the decision, and acknowledges from then on.
 *
 * @throws RefusedError where it has something of this term; it stops acknowledging, and the next decision sees it.
 */
async function countsForNothing(operation: Operation, name: string): Promise<void> {
	const ms = () => deadline(operation, operation.limits.statementMs);
	const recipient = await operation.instance(name);
	await recipient.stopReceiver(ms());
	if (mayHaveAcknowledged(recorded(operation), await recipient.read(ms()))) {
		throw new RefusedError(`${name} is not rebuilt yet: it has acknowledged since`);
	}
}

export interface Surplus {
	readonly name: string;
	readonly session: Session;
	readonly surplus: GtidSet;
}

/** After a restore in place the surplus may be days of writes, which the archive has already. */
export async function keep(operation: Operation, access: RebuildAccess, found: Surplus): Promise<void> {
	const history = parseGtidSet(recorded(operation).gtidAtPromotion);
	const archived = await access.archived?.(found.surplus, history).catch(() => false);
	if (archived) return operation.log(`${found.name}: its surplus is in the archive`);
	await saveSurplus(operation, access, found);
}

/** @returns the name that it was saved under */
export async function saveSurplus(operation: Operation, access: RebuildAccess, found: Surplus): Promise<string> {
	const { name, session, surplus } = found;
	const reading = await read(session, deadline(operation, operation.limits.statementMs));
	if (!contains(reading.executed, surplus)) {
		throw new RefusedError(`${name} holds surplus transactions that it has not applied yet`);
	}
	const [firstLog] = await binaryLogs(session, operation.limits.statementMs);
	if (firstLog === undefined) throw new RefusedError(`${name} has no binary logs: its surplus cannot be saved`);
	const sqlGz = await access.readableSql({
		target: access.replicationTarget(name),
		login: access.replicationLogin,
		firstLog,
		transactions: surplus,
		deadlineMs: 60_000,
	});
	const label = `mysql-surplus-${name}-term-${recorded(operation).term}`;
	await access.surplusStore.save(label, { gtids: formatGtidSet(surplus), sqlGz });
	operation.log(`${name}: its surplus was saved as ${label}`);
	return label;
}

/** From now on it counts for nothing until it has caught up: its old acknowledgements go with its data. */
export async function forget(operation: Operation, name: string, term: number): Promise<void> {
	await operation.save((record) => {
		// Since the decision: the keeper may be the new primary, and this instance the only one that acknowledges to it.
		if (record.term !== term) throw new RefusedError(`${name} is left alone: the primary has changed meanwhile`);
		const { [name]: _, ...uuids } = record.uuids;
		return { ...record, uuids };
	});
}
