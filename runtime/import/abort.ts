/** `import abort`: the target as it was before. Drops what the import made, and nothing else; the source keeps everything. */
import { Refusal } from "../exit.ts";
import type { Session } from "../mysql/session.ts";
import { sqlName } from "../mysql/sqlText.ts";
import { takeTheTurn } from "./begin.ts";
import { removeChannel } from "./channel.ts";
import { type ImportContext, openTarget } from "./context.ts";
import { reopenSource } from "./cutover.ts";
import { forgetState, type ImportState, readState } from "./importState.ts";
import { openSource } from "./sourceLink.ts";

export interface AbortReport {
	readonly dropped: readonly string[];
	readonly accounts: readonly string[];
	/** The source takes writes again; null where it was never closed. */
	readonly sourceReopened: boolean | null;
}

/** A large schema takes its time. Milliseconds. */
const dropMs = 600_000;

/** @throws Refusal after the cutover: what the target holds is the only current copy then */
export async function abortImport(context: ImportContext): Promise<AbortReport> {
	const target = await openTarget(context);
	try {
		await takeTheTurn(target);
		const state = await readState(target);
		// After a check alone: what it left for itself is put away by whoever asked.
		if (state === null) return { dropped: [], accounts: [], sourceReopened: null };
		if (state.phase === "done") {
			throw new Refusal(
				"the cutover has been made",
				"the target holds the only current copy; drop it by hand if you must",
			);
		}
		// Before anything is dropped: writers may come back to the source.
		const sourceReopened = state.sourceClosed ? await reopen(context, state) : null;
		await removeChannel(target);
		await dropAll(target, state);
		if (!state.trusted) await target.run("SET GLOBAL log_bin_trust_function_creators = OFF", 10_000);
		await forgetState(target);
		return { dropped: state.schemas.map(({ name }) => name), accounts: state.accounts, sourceReopened };
	} finally {
		target.close();
	}
}

async function reopen(context: ImportContext, state: ImportState): Promise<boolean> {
	const source = await openSource(context.source);
	try {
		await reopenSource(source, state);
		return true;
	} finally {
		source.close();
	}
}

/** Empty when the import began, as the check saw to; what was there is made again as it was. */
async function dropAll(target: Session, { schemas, accounts }: ImportState): Promise<void> {
	for (const account of accounts) await target.run(`DROP USER IF EXISTS ${account}`, 20_000);
	for (const { name, existed, charset, collation } of schemas) {
		await target.run(`DROP DATABASE IF EXISTS ${sqlName(name)}`, dropMs);
		if (!existed) continue;
		await target.run(`CREATE DATABASE ${sqlName(name)} CHARACTER SET ${charset} COLLATE ${collation}`, dropMs);
	}
}
