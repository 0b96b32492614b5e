/** `mysql-dr stores`: where backups and archive go; with --export what a restore needs to know of it when the cluster is gone. */
import { resolve } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import { storeKeys } from "../store/storeKeys.ts";
import { storesFileText } from "../store/storesFile.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { newSecretFile } from "./newSecretFile.ts";

export interface StoresOptions extends SharedOptions {
	readonly export?: string;
}

export async function stores({ terminal }: Context, options: StoresOptions): Promise<Result> {
	const access = clusterAccess(options);
	const { stores: declared, cluster } = await readSettings(access);
	if (declared.length === 0) throw none();
	const shown = declared.map(({ name, region, kind, bucket, endpoint = null }) => ({
		name,
		region,
		kind,
		bucket,
		endpoint,
	}));
	const lines = table([
		["STORE", "REGION", "KIND", "BUCKET", "ENDPOINT"].map(terminal.paint.faint),
		...shown.map(({ name, region, kind, bucket, endpoint }) => [name, region, kind, bucket, endpoint ?? "-"]),
	]);
	if (options.export === undefined) return { exit: "done", document: { stores: shown }, lines };
	const file = resolve(options.export);
	const opened = await Promise.all(declared.map(async (store) => ({ store, keys: await storeKeys(store, access) })));
	await newSecretFile(file, storesFileText({ cluster, stores: opened }), "--export");
	const next = `${file} opens the stores: keep it as you keep the backups' keys, and apart from them`;
	return { exit: "done", document: { stores: shown, file }, lines: [...lines, next] };
}

function none(): UserError {
	return new UserError({
		field: "stores",
		value: undefined,
		wrong: "none is declared",
		remedy: "declare two, in two regions (mysql-dr:stores), and npm run up",
	});
}
