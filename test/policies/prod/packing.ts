/** Rows that share a database, so that a table of a hundred of them is a program of twenty databases. */
import type { Row, Setting } from "./row.ts";

/**
 * Each row into the first database where nobody changes the same setting and nobody is refused by the same rule: so a rule
 * that speaks of a database speaks of one row.
 */
export function packed(prefix: string, settings: readonly Setting[]): Row[] {
	const places: Setting[][] = [];
	return settings.map((setting) => {
		let place = places.findIndex((others) => others.every((other) => canShare(setting, other)));
		if (place < 0) place = places.push([]) - 1;
		places[place]?.push(setting);
		return { ...setting, name: `${prefix}-${String(place + 1).padStart(2, "0")}` };
	});
}

function canShare(one: Setting, other: Setting): boolean {
	if (one.apart || other.apart || one.stack || other.stack) return false;
	if (one.rule !== undefined && one.rule === other.rule) return false;
	return changesOf(one).every(([path, value]) =>
		changesOf(other).every(([otherPath, otherValue]) => {
			// A function changes what is there already.
			if (path === otherPath) return typeof value === "function" && typeof otherValue === "function";
			return !path.startsWith(otherPath) && !otherPath.startsWith(path);
		}),
	);
}

function changesOf({ database = {}, declared = {} }: Setting): [string, unknown][] {
	const below = Object.entries(declared).flatMap(([key, changes]) =>
		Object.entries(changes).map(([path, value]): [string, unknown] => [`${key}: ${path}`, value]),
	);
	return [...Object.entries(database), ...below];
}
