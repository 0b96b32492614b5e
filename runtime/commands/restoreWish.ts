/** What an operator asks of `mysql-dr restore`, checked before anything begins. Pure. */
import { resolve } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { formatTarget, parseTarget, type RestoreTarget } from "../restore/target.ts";
import type { SharedOptions } from "./context.ts";

export interface RestoreOptions extends SharedOptions {
	readonly to?: string;
	readonly into?: string;
	/** Its name, or true for the newest that fits. */
	readonly fromSnapshot?: string | boolean;
	readonly pause?: boolean;
	readonly only?: string;
	readonly as?: string;
	readonly stores?: string;
	readonly keyFile?: string;
	readonly yes?: boolean;
}

/**
 * - `scratch`: a copy beside the database, until it is discarded
 * - `tables`: out of such a copy into the running database, under another name
 * - `replace`: the copy takes the place of the data, of this database or of a new one
 * - `folder`: a data directory here, out of the stores alone
 */
export type RestoreWish =
	| { readonly kind: "scratch"; readonly target: RestoreTarget; readonly pause: boolean }
	| { readonly kind: "tables"; readonly target: RestoreTarget; readonly only: string; readonly as: string | undefined }
	| { readonly kind: "replace"; readonly target: RestoreTarget; readonly replaces: Place }
	| {
			readonly kind: "folder";
			readonly target: RestoreTarget;
			readonly folder: string;
			readonly stores: string;
			readonly keyFile: string;
	  };

/** `new-volumes`: of a database whose every volume is lost. */
const places = ["in-place", "new", "new-volumes"] as const;
type Place = (typeof places)[number];

/** @throws UserError naming the option that is missing or does not fit */
export function restoreWish(options: RestoreOptions): RestoreWish {
	const { only, as, into = "scratch", pause = false } = options;
	const target = targetOf(options.to);
	if (as !== undefined && only === undefined) throw misfit("--as", as, "says a name for what --only names");
	if (only !== undefined) {
		if (options.into !== undefined)
			throw misfit("--into", into, "does not go with --only: tables go into the running database");
		if (pause) throw misfit("--pause", undefined, "does not go with --only");
		return { kind: "tables", target, only, as };
	}
	if (into === "scratch") return { kind: "scratch", target, pause };
	if (pause) throw misfit("--pause", undefined, `goes with --into scratch alone, not with ${into}`);
	const place = places.find((one) => one === into);
	if (place !== undefined) return { kind: "replace", target, replaces: place };
	return folderWish(options, target, into);
}

function targetOf(to: string | undefined): RestoreTarget {
	if (to !== undefined) return parseTarget(to);
	throw new UserError({
		field: "--to",
		value: undefined,
		wrong: "is missing",
		remedy: 'write "latest", a time with its zone, or one GTID',
	});
}

function folderWish(
	{ stores, keyFile, fromSnapshot }: RestoreOptions,
	target: RestoreTarget,
	into: string,
): RestoreWish {
	const [, path = ""] = /^folder:(.+)$/.exec(into) ?? [];
	if (path === "") {
		throw new UserError({
			field: "--into",
			value: into,
			wrong: `"${into}" is no place for a restored copy`,
			remedy: "choose one of scratch, in-place, new, new-volumes, folder:PATH",
		});
	}
	if (fromSnapshot !== undefined) {
		throw misfit("--from-snapshot", fromSnapshot, "does not go with a folder: a snapshot is in the cluster alone");
	}
	if (stores === undefined || keyFile === undefined) {
		throw new UserError({
			field: stores === undefined ? "--stores" : "--key-file",
			value: undefined,
			wrong: "is missing",
			remedy:
				"a restore into a folder asks no cluster: write --stores FILE (mysql-dr stores --export) and --key-file FILE",
		});
	}
	return { kind: "folder", target, folder: resolve(path), stores: resolve(stores), keyFile: resolve(keyFile) };
}

function misfit(field: string, value: unknown, wrong: string): UserError {
	return new UserError({ field, value, wrong, remedy: "leave it out" });
}

/**
 * The words that follow `mysql-dr job restore`.
 * @param snapshot what the job's volume is made from
 */
export function jobArgs(wish: Exclude<RestoreWish, { readonly kind: "folder" }>, snapshot?: string): string[] {
	const to = ["--to", formatTarget(wish.target), ...(snapshot === undefined ? [] : ["--snapshot", snapshot])];
	if (wish.kind === "tables") return [...to, "--only", wish.only, ...(wish.as === undefined ? [] : ["--as", wish.as])];
	return [...to, "--pause", "--serve"];
}
