/** `import start`: check, load, follow, until what the source had when it was last asked is there. */
import { FailedError, Refusal } from "../exit.ts";
import type { Session } from "../mysql/session.ts";
import { sqlName } from "../mysql/sqlText.ts";
import { accountInSql, grantAccounts, makeAccounts } from "./bringAccounts.ts";
import { awaitCaughtUp } from "./catchUp.ts";
import { startChannel } from "./channel.ts";
import { type Checked, check } from "./check.ts";
import { type Ends, type ImportContext, openTarget, withEnds } from "./context.ts";
import { pourDump } from "./dump.ts";
import { bringEvents } from "./events.ts";
import { isRefused } from "./finding.ts";
import { type ImportState, readState, takeTurn, writeState } from "./importState.ts";
import { totalBytes } from "./inventory.ts";
import { planAccounts } from "./judgeAccounts.ts";

/** Milliseconds. */
const deadlineMs = 20_000;

/**
 * @returns the state when the target has caught up; replication goes on after it
 * @throws Refusal when something would not survive, or when an import was begun already
 */
export async function beginImport(context: ImportContext): Promise<ImportState> {
	return withEnds(context, async (ends) => {
		await takeTheTurn(ends.target);
		const before = await readState(ends.target);
		if (before !== null && before.phase !== "done") {
			throw new Refusal(
				`an import from ${before.from} was begun at ${before.startedAt}`,
				"see mysql-dr import status; go on with mysql-dr import start --resume, or give it up with mysql-dr import abort",
			);
		}
		const checked = await check(ends, context);
		const { findings, source } = checked;
		context.say({ type: "findings", schemas: source.schemas.map(({ name }) => name), findings });
		if (isRefused(findings)) {
			const kinds = findings.filter(({ weight }) => weight === "refused").map(({ kind }) => kind);
			throw new Refusal(`not everything would survive (${kinds.join(", ")})`, "see above; nothing was changed");
		}
		return load(ends, context, checked);
	});
}

export async function takeTheTurn(target: Session): Promise<void> {
	if (await takeTurn(target)) return;
	throw new Refusal("somebody works on the import right now", "see mysql-dr import status");
}

/** The request can be changed while an import is under way; what was loaded cannot. */
export function refuseOtherSource({ source }: ImportContext, { from }: ImportState): void {
	const asked = `${source.host}:${source.port}`;
	if (asked === from) return;
	throw new Refusal(
		`the import that was begun is from ${from}, not from ${asked}`,
		`name that again with mysql-dr import check --from ${from}, or give it up with mysql-dr import abort`,
	);
}

async function load(ends: Ends, context: ImportContext, checked: Checked): Promise<ImportState> {
	const { target } = ends;
	const names = checked.source.schemas.map(({ name }) => name);
	const { authentication } = checked.compared.targetFacts;
	const carried = context.withAccounts ? planAccounts(checked.source, checked.target, authentication).carried : [];
	const trusted = await trust(target);
	let state = await writeState(target, {
		...firstState(context, checked, trusted),
		accounts: carried.map(accountInSql),
		unlock: carried.filter(({ locked }) => !locked).map(accountInSql),
	});
	await makeSchemas(target, checked);
	await makeAccounts(ends.source, target, carried);
	const began = performance.now();
	let bytes = 0;
	const seconds = () => (performance.now() - began) / 1000;
	const tell = () => context.say({ type: "loading", bytes, total: state.totalBytes, seconds: seconds() });
	const telling = setInterval(tell, tellMs);
	try {
		const onBytes = (sum: number) => {
			bytes = sum;
		};
		const { source, login, signal } = context;
		const position = await pourDump({ source, target: context.target, login, schemas: names, signal, onBytes });
		state = { ...state, position, loaded: { bytes, seconds: seconds() } };
	} finally {
		clearInterval(telling);
		tell();
	}
	await finishLoad(ends, context, names, carried);
	return follow(ends, context, state);
}

const tellMs = 1000;

/** In log order the server makes functions and triggers only for SUPER unless it trusts their makers. @returns its value before */
async function trust(target: Session): Promise<boolean> {
	const [[row] = []] = await target.run("SELECT @@GLOBAL.log_bin_trust_function_creators AS trusted", deadlineMs);
	await target.run("SET GLOBAL log_bin_trust_function_creators = ON", deadlineMs);
	return Number(row?.trusted) === 1;
}

function firstState(context: ImportContext, { source, target }: Checked, trusted: boolean): ImportState {
	const there = new Map(target.schemas.map((schema) => [schema.name, schema]));
	return {
		startedAt: new Date().toISOString(),
		phase: "loading",
		from: `${context.source.host}:${context.source.port}`,
		schemas: source.schemas.map((schema) => ({
			...(there.get(schema.name) ?? schema),
			existed: there.has(schema.name),
		})),
		accounts: [],
		unlock: [],
		totalBytes: totalBytes(source).data,
		loaded: null,
		position: null,
		gtids: source.variables.get("gtid_mode") === "ON",
		trusted,
		sourceClosed: false,
		error: null,
	};
}

/** Made here and not by the dump, which would leave the character set of one that is there as it is. */
async function makeSchemas(target: Session, { source }: Checked): Promise<void> {
	for (const { name, charset, collation } of source.schemas) {
		const set = `CHARACTER SET ${charset} COLLATE ${collation}`;
		await target.run(`CREATE DATABASE IF NOT EXISTS ${sqlName(name)} ${set}`, deadlineMs);
		await target.run(`ALTER DATABASE ${sqlName(name)} ${set}`, deadlineMs);
	}
}

async function finishLoad(
	{ source }: Ends,
	context: ImportContext,
	schemas: readonly string[],
	carried: Parameters<typeof grantAccounts>[2],
): Promise<void> {
	// A session of its own: events are made under other settings.
	const aside = await openTarget(context);
	try {
		const events = await bringEvents(source, aside, schemas);
		if (events > 0) context.say({ type: "note", text: `${events} events came along, disabled until the cutover` });
	} finally {
		aside.close();
	}
	const second = await openTarget(context);
	try {
		const leftOut = await grantAccounts(source, second, carried, schemas);
		for (const line of leftOut) context.say({ type: "note", text: `not taken over as it is: ${line}` });
	} finally {
		second.close();
	}
}

/** The channel begins where the snapshot lies; written down first, so that a kill between the two can be resumed. */
async function follow(ends: Ends, context: ImportContext, state: ImportState): Promise<ImportState> {
	if (state.position === null) throw new FailedError("the load has no position in the source's binary log");
	const following = await writeState(ends.target, { ...state, phase: "following" });
	await startChannel(ends.target, channelOptions(context, following));
	await awaitCaughtUp(ends, context);
	return following;
}

/** @throws FailedError where the state has no position yet */
export function channelOptions(context: ImportContext, state: ImportState) {
	const { position, gtids } = state;
	if (position === null) throw new FailedError("the load was not finished; give it up with mysql-dr import abort");
	const schemas = state.schemas.map(({ name }) => name);
	return { source: context.source, caFile: context.caFile, position, schemas, gtids };
}
