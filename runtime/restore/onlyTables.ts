/** One table, or one schema's tables, and the new name under which they come back. Pure. */
import { UserError } from "../../objectives/error.ts";

export interface Only {
	readonly schema: string;
	/** Null: all tables of the schema. */
	readonly table: string | null;
	readonly as: { readonly schema: string /** Null: each keeps its name. */; readonly table: string | null };
}

/** What a schema's name ends in unless another one is asked for; the account `backup` may write to such schemas alone. */
export const restoredEnding = "_restored";

/**
 * @param only `db` or `db.table`
 * @param as the same, of the same kind; default: the schema with `_restored`
 * @param own schemas of the application, which its own account may write to
 * @throws UserError
 */
export function onlyTables(only: string, as: string | undefined, own: readonly string[]): Only {
	const from = named("--only", only);
	const to = as === undefined ? { schema: `${from.schema}${restoredEnding}`, table: null } : named("--as", as);
	if (from.table === null && to.table !== null) {
		throw refused("--as", as, "names one table, and a whole schema is asked for", "name a schema");
	}
	if (to.schema.length > 64) throw refused("--as", to.schema, "is longer than 64 characters", "name a shorter schema");
	if (from.schema === to.schema && (to.table ?? from.table) === from.table) {
		throw refused("--as", as, "is what is to be restored: nothing is ever written over", "name another");
	}
	if (!to.schema.endsWith(restoredEnding) && !own.includes(to.schema)) {
		const remedy = `name one of ${own.join(", ")}, or one that ends in ${restoredEnding}`;
		throw refused("--as", to.schema, "is a schema that no account of ours may write to", remedy);
	}
	return { ...from, as: to };
}

function named(field: string, text: string): { schema: string; table: string | null } {
	const [schema = "", table, more] = text.split(".");
	if (schema === "" || table === "" || more !== undefined) {
		throw refused(field, text, `${JSON.stringify(text)} is neither a schema nor a table`, "write db or db.table");
	}
	return { schema, table: table ?? null };
}

function refused(field: string, value: unknown, wrong: string, remedy: string): UserError {
	return new UserError({ field, value, wrong, remedy });
}
