/** Changes what a program declares as if its code were another one. */
import * as pulumi from "@pulumi/pulumi";
import { alter, type Row } from "./row.ts";
import { rows } from "./table.ts";

/** Settings that are options of the resource. */
const options = new Set(["protect", "ignoreChanges"]);

export function alterDeclared(): void {
	pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
		const changes = changesOf(type, name);
		if (changes.length === 0) return undefined;
		const altered = { props: copied(props) as object, opts: { ...opts } };
		for (const [setting, value] of changes)
			alter(options.has(setting) ? altered.opts : altered.props, { [setting]: value });
		return altered;
	});
}

/** Outputs are no structures: what is within them stays what it was. */
function copied(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(copied);
	if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return value;
	if (Object.getPrototypeOf(value) !== Object.prototype) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]));
}

/** By the kind, and by what its name has beyond the row's: `CronJob full`. */
function changesOf(type: string, name: string): [string, unknown][] {
	const kind = type.split(":").at(-1) ?? type;
	return rows
		.filter((row) => belongs(row, name) && (!row.cloud || type.startsWith(`${row.cloud}:`)))
		.flatMap((row) => {
			const rest = name.slice(row.name.length + 1);
			return Object.entries(row.declared?.[rest === "" ? kind : `${kind} ${rest}`] ?? {});
		});
}

/** Whether a resource of this name is of the row's database or site. */
export function belongs(row: Row, name: string): boolean {
	return name === row.name || name.startsWith(`${row.name}-`);
}
