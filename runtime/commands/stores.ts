/**
 * `mysql-dr stores`: where backups and archive go; with --check whether they can be relied on, as seen from here; with
 * --export what a restore needs to know of them when the cluster is gone.
 */
import { resolve } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import { checkStore } from "../store/checkStore.ts";
import type { Bucket } from "../store/objectStore.ts";
import { openedStores } from "../store/openedStores.ts";
import { storeKeys } from "../store/storeKeys.ts";
import { type OpenedStore, storesFileText } from "../store/storesFile.ts";
import type { Paint } from "../terminal/paint.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { newSecretFile } from "./newSecretFile.ts";

export interface StoresOptions extends SharedOptions {
	readonly export?: string;
	readonly check?: boolean;
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
	if (options.check !== true && options.export === undefined) {
		return { exit: "done", document: { stores: shown }, lines };
	}
	const opened = await Promise.all(declared.map(async (store) => ({ store, keys: await storeKeys(store, access) })));
	if (options.export === undefined) return checked(opened, terminal.paint);
	const file = resolve(options.export);
	await newSecretFile(file, storesFileText({ cluster, stores: opened }), "--export");
	const next = `${file} opens the stores: keep it as you keep the backups' keys, and apart from them`;
	return { exit: "done", document: { stores: shown, file }, lines: [...lines, next] };
}

async function checked(opened: readonly OpenedStore[], paint: Paint): Promise<Result> {
	const buckets = await openedStores(opened);
	const checks = await Promise.all(opened.map(({ store }, n) => checkStore(store, buckets[n] as Bucket)));
	const lines = checks.flatMap(({ store, problems }) =>
		problems.length === 0
			? [`${paint.good("ok")} ${store}: written, read and listed, and protected as declared`]
			: problems.map(({ wrong, remedy }) => `${paint.bad("!")} ${wrong}: ${remedy}`),
	);
	const sound = checks.every(({ problems }) => problems.length === 0);
	return { exit: sound ? "done" : "broken", document: { checks }, lines };
}

function none(): UserError {
	return new UserError({
		field: "stores",
		value: undefined,
		wrong: "none is declared",
		remedy: "declare two, in two regions (mysql-dr:stores), and npm run up",
	});
}
