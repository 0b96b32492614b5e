import type { Cloud } from "../../../objectives/index.ts";
import { keysOf, write } from "../../../policies/frame/mend.ts";

/** One setting of production, other than it is in Pulumi.prod.yaml or in what the program makes of it. */
export interface Setting {
	readonly title: string;
	/** Changes of the database's entry in the configuration, by their path; see {@link alter}. */
	readonly database?: Readonly<Record<string, unknown>>;
	/** Changes of one other section: `site.zones`. */
	readonly stack?: Readonly<Record<string, unknown>>;
	/** Changes of what the program declares, by kind and name without the database's (`CronJob full`), then by path. */
	readonly declared?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	/** Over production as it is in this cloud, whose stores are called `stores`; else on buckets that exist, many databases in one stack. */
	readonly cloud?: Cloud;
	/** The rule that refuses it; `door`: a check of the configuration does, at this field. Neither: it is a good one. */
	readonly rule?: string;
	readonly door?: string;
	/** A rule that refuses it as well, for another reason. */
	readonly also?: string;
	/** Besides, something can be judged no more. */
	readonly open?: boolean;
	/** It changes what other rules look at, so it has a database of its own. */
	readonly apart?: boolean;
}

export interface Row extends Setting {
	/** Of its database, which it may share; of its site, where a section is changed. */
	readonly name: string;
}

/** Writes each value at its path, in place; of a function what it makes of what is there. */
export function alter(target: object, changes: Readonly<Record<string, unknown>>): void {
	for (const [setting, value] of Object.entries(changes))
		write(
			target as Record<string, unknown>,
			setting,
			typeof value === "function" ? value(valueAt(target, setting)) : value,
		);
}

function valueAt(target: object, setting: string): unknown {
	return keysOf(setting).reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], target);
}
