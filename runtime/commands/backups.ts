/** `mysql-dr backups`: what can be restored from, where it lies, and when that was last tried. */
import { catalogueDocument, readCatalogue } from "../backup/catalogue.ts";
import { alertMeanings } from "../failover/alerts.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { type CatalogueDocument, type Catalogued, catalogue } from "../kubernetes/archiverStatus.ts";
import { openedStores } from "../store/openedStores.ts";
import { readStoresFile } from "../store/storesFile.ts";
import { ageText } from "../terminal/ageText.ts";
import type { Paint } from "../terminal/paint.ts";
import { sizeText } from "../terminal/sizeText.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { alertLines, shortGtid } from "./statusText.ts";

export interface BackupsOptions extends SharedOptions {
	readonly stores?: string;
}

export async function backups({ terminal }: Context, { stores, ...options }: BackupsOptions): Promise<Result> {
	const document = stores === undefined ? await catalogue(clusterAccess(options)) : await storedCatalogue(stores);
	return { exit: "done", document, lines: backupsLines(document, terminal.paint, new Date()) };
}

/** What a watch would alert about is not known here. */
async function storedCatalogue(file: string): Promise<CatalogueDocument> {
	const { cluster, stores } = await readStoresFile(file);
	const { backups, away, faults } = catalogueDocument(await readCatalogue(await openedStores(stores), cluster));
	return { backups, away: away.map((one) => ({ ...one })), faults, alerts: [] };
}

/** @returns a line a backup, the newest first, and what is wrong */
export function backupsLines({ backups, away, alerts }: CatalogueDocument, paint: Paint, now: Date): string[] {
	const newest = [...backups].sort((one, other) => other.at.localeCompare(one.at));
	const names = [...new Set(newest.flatMap(({ stores }) => Object.keys(stores)))].sort();
	const head = ["BACKUP", "KIND", "AGE", "SIZE", ...names.map((name) => name.toUpperCase()), "VERIFIED", "GTID SET"];
	return [
		...(newest.length === 0
			? ["there is no backup yet"]
			: table([head.map(paint.faint), ...newest.map((one) => row(one, names, paint, now))])),
		...away.map(({ store, error }) => paint.attention(`! ${store} does not answer: ${error}`)),
		...alertLines(alerts, alertMeanings, paint),
	];
}

function row(one: Catalogued, stores: readonly string[], paint: Paint, now: Date): string[] {
	return [
		one.id,
		one.kind,
		ageText(now.getTime() - Date.parse(one.at)),
		sizeText(one.bytes),
		...stores.map((name) => presence(one.stores[name], paint)),
		one.verifiedAt === null ? "-" : `${ageText(now.getTime() - Date.parse(one.verifiedAt))} ago`,
		shortGtid(one.gtid),
	];
}

function presence(said: Catalogued["stores"][string] | undefined, paint: Paint): string {
	if (said === "present") return paint.good("yes");
	return said === "missing" ? paint.bad("missing") : paint.attention("unknown");
}
