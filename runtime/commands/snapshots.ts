/** `mysql-dr snapshots`: what a database can be made of within minutes, and whether each was tried. */
import { FailedError } from "../exit.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { ApiError } from "../kubernetes/api.ts";
import { readSettings } from "../kubernetes/declared.ts";
import { count, formatGtidSet } from "../mysql/gtidSet.ts";
import { type Snapshot, snapshotAnnotations, snapshotOf, type VolumeSnapshotObject } from "../snapshot/snapshot.ts";
import { snapshotStore } from "../snapshot/snapshotStore.ts";
import { ageText } from "../terminal/ageText.ts";
import type { Paint } from "../terminal/paint.ts";
import { sizeText } from "../terminal/sizeText.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

/** A snapshot, and what makes something of it now. */
export interface ListedSnapshot extends Snapshot {
	readonly inUseBy: string | null;
}

export async function snapshots({ terminal }: Context, options: SharedOptions): Promise<Result> {
	const access = clusterAccess(options);
	const { cluster, snapshots: facilities } = await readSettings(access);
	const { api, namespace } = access;
	const objects = await snapshotStore({ api, namespace, cluster }).list().catch(unknownKind);
	const all = listed(objects);
	const document = { snapshots: all.map(documentOf) };
	const lines = snapshotsLines(all, facilities.snapshotClass !== undefined, terminal.paint, new Date());
	return { exit: "done", document, lines };
}

/** Newest first. */
export function listed(objects: readonly VolumeSnapshotObject[]): ListedSnapshot[] {
	const all = objects.flatMap((object) => {
		const snapshot = snapshotOf(object);
		const inUseBy = object.metadata?.annotations?.[snapshotAnnotations.inUseBy] ?? null;
		return snapshot === null ? [] : { ...snapshot, inUseBy };
	});
	// Their names are times.
	return all.sort((a, b) => (a.name < b.name ? 1 : -1));
}

export function snapshotsLines(all: readonly ListedSnapshot[], possible: boolean, paint: Paint, now: Date): string[] {
	const head = ["SNAPSHOT", "AGE", "OF", "TERM", "TRANSACTIONS", "SIZE", "VERIFIED"];
	const none = possible ? "there is no snapshot yet" : "there is no snapshot, and this site has no class of them";
	return [
		...(all.length === 0 ? [none] : table([head.map(paint.faint), ...all.map((one) => row(one, paint, now))])),
		...all.flatMap(({ name, fault }) => (fault === null ? [] : paint.bad(`! ${name} is of no use: ${fault}`))),
		...all.flatMap(({ name, inUseBy }) => (inUseBy === null ? [] : `  ${name} is kept for ${inUseBy}`)),
	];
}

function row(one: ListedSnapshot, paint: Paint, now: Date): string[] {
	const age = (time: string) => ageText(now.getTime() - Date.parse(time));
	return [
		one.name,
		one.takenAt === null ? "being made" : age(one.takenAt),
		one.instance,
		String(one.term),
		String(count(one.gtidExecuted)),
		sizeText(one.bytes),
		verified(one, paint, age),
	];
}

function verified({ fault, verifiedAt }: Snapshot, paint: Paint, age: (time: string) => string): string {
	if (fault !== null) return paint.bad("of no use");
	return verifiedAt === null ? paint.attention("not yet") : paint.good(`${age(verifiedAt)} ago`);
}

function documentOf({ gtidExecuted, ...rest }: ListedSnapshot) {
	return { ...rest, gtidExecuted: formatGtidSet(gtidExecuted), transactions: count(gtidExecuted) };
}

function unknownKind(error: unknown): never {
	if (!(error instanceof ApiError) || error.status !== 404) throw error;
	throw new FailedError("this cluster knows no volume snapshots (no kind VolumeSnapshot)", { cause: error });
}
