/** Everything that would not survive the import, found before it begins. */
import type { Ends, ImportContext } from "./context.ts";
import { sourceFacts, targetFacts } from "./facts.ts";
import { accepting, type Finding, finding } from "./finding.ts";
import { type Inventory, takeInventory } from "./inventory.ts";
import { judgeAccounts } from "./judgeAccounts.ts";
import { judgeSchemas } from "./judgeSchemas.ts";
import { type Compared, judgeServer } from "./judgeServer.ts";

export interface Checked {
	readonly source: Inventory;
	readonly target: Inventory;
	readonly compared: Compared;
	readonly findings: readonly Finding[];
}

/** Reads both servers and changes nothing. */
export async function check(ends: Ends, context: ImportContext): Promise<Checked> {
	const source = await takeInventory(ends.source, context.schemas);
	const names = source.schemas.map(({ name }) => name);
	const target = await takeInventory(ends.target, names);
	const compared: Compared = {
		source,
		target,
		sourceFacts: await sourceFacts(ends.source),
		targetFacts: await targetFacts(ends.target, context.given),
		user: context.source.user,
		withAccounts: context.withAccounts,
	};
	const found = [...missingSchemas(context.schemas, names), ...judge(compared)];
	return { source, target, compared, findings: accepting(found, context.accept) };
}

/** All findings about two servers. Pure. */
export function judge(compared: Compared): readonly Finding[] {
	return [...judgeServer(compared), ...judgeSchemas(compared), ...judgeAccounts(compared)];
}

function missingSchemas(wanted: readonly string[] | null, there: readonly string[]): readonly Finding[] {
	const nothing = wanted === null && there.length === 0 ? ["(none)"] : [];
	return finding({
		kind: "schemas",
		wrong: "the source has no such schema, or its account may not see it",
		where: [...nothing, ...(wanted ?? []).filter((name) => !there.includes(name))],
		remedy: "name those that are there, or leave --schema out for all",
	});
}
